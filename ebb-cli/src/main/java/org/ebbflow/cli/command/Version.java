package org.ebbflow.cli.command;

import picocli.CommandLine.IVersionProvider;

/** What {@code ebb --version} prints; loads no native library. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String own = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "ebb " + (own == null ? "development" : own),
      "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name")
    };
  }
}

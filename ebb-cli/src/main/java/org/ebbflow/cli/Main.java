package org.ebbflow.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code ebb}. */
@Command(name = "ebb", mixinStandardHelpOptions = true, version = "ebb 0.1.0-SNAPSHOT")
final class Main implements Runnable {
  private Main() {}

  /**
   * Runs the command and exits with its code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}

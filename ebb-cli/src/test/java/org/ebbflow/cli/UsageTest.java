package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command says about itself. */
class UsageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "quickstart",
        "fit",
        "eval",
        "score",
        "sample",
        "inpaint",
        "schema",
        "impute",
        "compare",
        "info",
        "data",
        "data fetch",
        "data info"
      })
  void helpShowsAnExample(String command) {
    String words = (command + " --help").strip();
    EbbCall help = ebb((Object[]) words.split(" "));
    assertThat(help.code()).isZero();
    assertThat(help.err()).isEmpty();
    String name = ("ebb " + command).strip();
    assertThat(help.out()).contains("Usage: " + name, "Example");
    assertThat(help.out().substring(help.out().indexOf("Example"))).contains("  " + name);
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 80 || line.contains("ebb"));
  }

  @Test
  void nothingGivenPrintsUsage() {
    EbbCall bare = ebb();
    assertThat(bare.code()).isZero();
    assertThat(bare.out()).contains("Usage: ebb", "quickstart", "Examples");
    assertThat(bare.err()).isEmpty();
    assertThat(ebb("data").out()).contains("Usage: ebb data");
  }

  @Test
  void completionIsAScript() {
    EbbCall script = ebb("generate-completion");
    assertThat(script.code()).isZero();
    assertThat(script.out()).startsWith("#!/usr/bin/env bash").contains("--resume", "quickstart");
  }

  @Test
  void versionNamesJava() {
    EbbCall version = ebb("--version");
    assertThat(version.code()).isZero();
    assertThat(version.out()).startsWith("ebb ").contains("Java ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fit",
        "eval",
        "score",
        "sample",
        "schema",
        "impute",
        "compare",
        "info",
        "data fetch",
        "data info"
      })
  void missingArgumentsAreNamed(String command) {
    ebb((Object[]) command.split(" ")).assertRefused("ebb " + command + " --help");
  }

  @Test
  void unknownDataSet() {
    ebb("data", "fetch", "cifar").assertRefused("'cifar'", "mnist");
  }
}

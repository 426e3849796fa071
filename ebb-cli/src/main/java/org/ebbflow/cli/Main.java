package org.ebbflow.cli;

import java.io.PrintWriter;
import java.util.ServiceLoader;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.DataCommand;
import org.ebbflow.cli.command.EvalCommand;
import org.ebbflow.cli.command.FitCommand;
import org.ebbflow.cli.command.InfoCommand;
import org.ebbflow.cli.command.InpaintCommand;
import org.ebbflow.cli.command.QuickstartCommand;
import org.ebbflow.cli.command.SampleCommand;
import org.ebbflow.cli.command.ScoreCommand;
import org.ebbflow.cli.command.Version;
import org.ebbflow.cli.command.table.CompareCommand;
import org.ebbflow.cli.command.table.ImputeCommand;
import org.ebbflow.cli.command.table.SchemaCommand;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code ebb}.
 *
 * <p>Results go to standard output as JSON, progress to standard error. Exit codes: 0 done, 1 a
 * defect of Ebb's, 2 a mistake that the user can mend.
 */
@Command(
    name = "ebb",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Normalizing flows on the JVM: exact densities, scores and samples.",
    subcommands = {
      QuickstartCommand.class,
      FitCommand.class,
      EvalCommand.class,
      ScoreCommand.class,
      SampleCommand.class,
      InpaintCommand.class,
      SchemaCommand.class,
      ImputeCommand.class,
      CompareCommand.class,
      InfoCommand.class,
      DataCommand.class,
      AutoComplete.GenerateCompletion.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb quickstart",
      "  ebb fit --data table.csv --out model --minutes 2",
      "  ebb score model --data new.csv --out scores.csv",
      "  ebb sample model --n 100 --out samples.csv",
      "  source <(ebb generate-completion)      completion in bash and zsh",
      "",
      "'ebb COMMAND --help' shows a command's options and examples."
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /**
   * Runs the command and exits with its code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    CommandLine ebb = commandLine();
    int code = ebb.execute(args);
    if (code == 0 && System.out.checkError()) {
      code =
          failure(
              new EbbException(
                  "the result cannot be written to standard output",
                  "check where it is directed to"),
              ebb);
    }
    System.exit(code);
  }

  /** The command with its error handling, for embedding and tests. */
  public static CommandLine commandLine() {
    CommandLine ebb = new CommandLine(new Main());
    ServiceLoader.load(Subcommand.class).forEach(ebb::addSubcommand);
    return ebb.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(Main::run)
        .setParameterExceptionHandler((e, args) -> usageError(e))
        .setExecutionExceptionHandler((e, command, parsed) -> failure(e, command));
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  // Picocli hands exceptions to the handler below, but not errors.
  private static int run(CommandLine.ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError e) {
      CommandLine command = parsed.commandSpec().commandLine();
      throw new CommandLine.ExecutionException(command, "out of memory", outOfMemory(e));
    }
  }

  private static EbbException outOfMemory(Throwable cause) {
    return new EbbException(
        "there is not enough memory for this",
        "take fewer rows or a smaller batch, or give Java more: EBB_JAVA_OPTS=-Xmx8g",
        cause);
  }

  private static int usageError(CommandLine.ParameterException e) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println(
        "ebb: "
            + oneLine(e)
            + "; see '"
            + e.getCommandLine().getCommandSpec().qualifiedName()
            + " --help'");
    return ExitCode.USAGE;
  }

  private static int failure(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    // libtorch's own memory, outside Java's.
    boolean nativeMemory = String.valueOf(e.getMessage()).contains("DefaultCPUAllocator");
    Exception shown = nativeMemory ? outOfMemory(e) : e;
    if (shown instanceof EbbException) {
      err.println("ebb: " + oneLine(shown));
      return ExitCode.USAGE;
    }
    err.println("ebb: a defect of Ebb's own, please report it:");
    e.printStackTrace(err);
    return ExitCode.SOFTWARE;
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
  }
}

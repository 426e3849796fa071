package org.ebbflow.cli;

import java.util.concurrent.Callable;

/**
 * A subcommand of {@code ebb} from another module: an annotated picocli command whose class is
 * named in that module's {@code META-INF/services/org.ebbflow.cli.Subcommand}.
 *
 * <p>{@link #call} returns the exit code.
 */
public interface Subcommand extends Callable<Integer> {}

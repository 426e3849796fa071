/**
 * One class per subcommand of {@code ebb}, and what they share: options, progress, results. A new
 * subcommand is a class here and a line in {@link org.ebbflow.cli.Main}.
 */
@NullMarked
package org.ebbflow.cli.command;

import org.jspecify.annotations.NullMarked;

/**
 * What comes into the command line and goes out of it as files: tables, images, data sets from the
 * network, and result tables.
 *
 * <p>Everything read ends as an {@link org.ebbflow.data.Dataset}. A new input format is a class
 * with {@code read(Path)} and a line in {@link org.ebbflow.cli.input.DataFile}, which tells formats
 * apart by content. No commands and no printing here.
 */
@NullMarked
package org.ebbflow.cli.input;

import org.jspecify.annotations.NullMarked;

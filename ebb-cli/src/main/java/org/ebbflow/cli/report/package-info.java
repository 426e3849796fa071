/**
 * What a run leaves behind for people to look at: sheets of images, charts and one HTML page.
 *
 * <p>Knows pixels, points and text, and no model, objective or data set: commands hand over plain
 * arrays and strings. A new kind of chart implements {@link org.ebbflow.cli.report.Chart} and draws
 * through the package's one canvas, so that all charts look alike; a new kind of block in the page
 * becomes a method of {@link org.ebbflow.cli.report.Section}.
 */
@NullMarked
package org.ebbflow.cli.report;

import org.jspecify.annotations.NullMarked;

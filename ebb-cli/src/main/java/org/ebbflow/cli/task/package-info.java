/**
 * What every long task of the command line does: shows its progress, keeps a second process out of
 * its folder, and puts its state down when it is told to stop.
 */
@NullMarked
package org.ebbflow.cli.task;

import org.jspecify.annotations.NullMarked;

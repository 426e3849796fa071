/**
 * Benchmarks of single steps and kernels, run by JMH. Ratios within one run are what they are for;
 * times depend on the machine.
 */
@NullMarked
package org.ebbflow.bench;

import org.jspecify.annotations.NullMarked;

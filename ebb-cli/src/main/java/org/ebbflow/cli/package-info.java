@NullMarked
package org.ebbflow.cli;

import org.jspecify.annotations.NullMarked;

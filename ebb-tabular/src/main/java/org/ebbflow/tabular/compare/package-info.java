/** Two tables held against each other: drift between them, and how close draws come to records. */
@NullMarked
package org.ebbflow.tabular.compare;

import org.jspecify.annotations.NullMarked;

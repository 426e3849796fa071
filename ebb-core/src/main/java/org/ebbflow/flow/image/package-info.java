/**
 * Bijections of images (B, C, H, W): convolutions, squeezes, and the reshape that leads from rows
 * to images and back.
 */
@NullMarked
package org.ebbflow.flow.image;

import org.jspecify.annotations.NullMarked;

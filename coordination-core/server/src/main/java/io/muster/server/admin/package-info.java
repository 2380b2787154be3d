/**
 * What operators ask a running server: the four-letter words, with ZooKeeper's texts, so that tools made for it go on
 * working. Start at {@link io.muster.server.admin.FourLetterWords}.
 */
@NullMarked
package io.muster.server.admin;

import org.jspecify.annotations.NullMarked;

/**
 * What a server keeps on disk, in ZooKeeper's formats: the log of transactions, snapshots, epoch files; recovery from
 * them, and their purge. All file access goes through {@link io.muster.server.storage.Disk}, so that simulation can put
 * faults under this very code.
 *
 * <p>Main invariant: a transaction that {@link io.muster.server.storage.Storage#force} has covered is in the state of
 * every later start, or that start refuses and says why. What was never covered may be lost, but never in part, and never
 * with something after it kept.
 *
 * <p>A write or sync that failed is never tried again: the log refuses everything from then on. The one failure that is
 * foreseen is a full disk, which is met while allocating, before anything of a transaction is written.
 *
 * <p>Start at {@link io.muster.server.storage.Storage}, then {@code TxnLog} for writing and {@code Recovery} for reading.
 */
@NullMarked
package io.muster.server.storage;

import org.jspecify.annotations.NullMarked;

package io.muster.server.storage;

/** Where the good part of a log file ends before its bytes do. */
record LogEnd(FileNames.Named file, long offset, LogReader.Damage damage) {
    boolean holdsNoTransaction() {
        return offset <= LogReader.HEADER_BYTES;
    }

    String where(Disk disk) {
        return disk.locate(file.name()) + " at offset " + offset;
    }

    long bytesBehind() {
        return damage.writtenUpTo() - offset;
    }
}

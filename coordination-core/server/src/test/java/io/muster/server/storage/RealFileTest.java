package io.muster.server.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the operating system may do and seldom does: the channel is a mock. */
class RealFileTest {
    private final FileChannel channel = mock(FileChannel.class);
    private final FileDisk.RealFile file = new FileDisk.RealFile(Path.of("log.1"), channel);

    @Test
    void writeThatTakesAPartOnlyGoesOnWhereItStopped() throws Exception {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        when(channel.write(any(ByteBuffer.class), anyLong())).thenAnswer(call -> {
            ByteBuffer bytes = call.getArgument(0);
            long position = call.getArgument(1);
            assertEquals(100 + written.size(), position);
            int count = Math.min(3, bytes.remaining());
            for (int i = 0; i < count; i++) {
                written.write(bytes.get());
            }
            return count;
        });
        file.write(100, "-0123456789-".getBytes(StandardCharsets.US_ASCII), 1, 10);
        assertArrayEquals("0123456789".getBytes(StandardCharsets.US_ASCII), written.toByteArray());
        verify(channel, times(4)).write(any(ByteBuffer.class), anyLong());
    }

    @Test
    void fullDiskIsToldFromOtherFailures() throws Exception {
        when(channel.write(any(ByteBuffer.class), anyLong()))
                .thenThrow(new IOException("No space left on device"))
                .thenThrow(new IOException("Disk quota exceeded"))
                .thenThrow(new IOException("Input/output error"));
        byte[] bytes = new byte[4];
        assertThrows(DiskFullException.class, () -> file.write(0, bytes, 0, 4));
        assertThrows(DiskFullException.class, () -> file.write(0, bytes, 0, 4));
        StorageException other = assertThrows(StorageException.class, () -> file.write(0, bytes, 0, 4));
        assertEquals(StorageException.class, other.getClass());
        assertTrue(other.getMessage().contains("writing 4 bytes at 0 to log.1"), other.getMessage());
    }

    @Test
    void failedForceIsNotTriedAgain() throws Exception {
        doThrow(new IOException("Input/output error")).when(channel).force(anyBoolean());
        assertThrows(StorageException.class, file::force);
        verify(channel, times(1)).force(anyBoolean());
    }
}

package io.muster.samples.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.recipes.lease.FencingToken;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerEventTest {
    private static final FencingToken TOKEN = new FencingToken(0x1_0000_000aL);

    private static List<WorkerEvent> events() {
        return List.of(
                new WorkerEvent.Connected("0x1a", 3_000),
                new WorkerEvent.Acquired(TOKEN),
                new WorkerEvent.Found("lamp", TOKEN),
                new WorkerEvent.Sold("lamp", TOKEN),
                new WorkerEvent.Refused("lamp", TOKEN, new FencingToken(0x1_0000_000cL)),
                new WorkerEvent.Lost(TOKEN, "deadline_passed"),
                new WorkerEvent.Trouble("the_connection_is_gone"),
                new WorkerEvent.SoldOut());
    }

    @ParameterizedTest
    @MethodSource("events")
    void aLineIsReadBackAsTheEventThatItWasWrittenFor(WorkerEvent event) {
        assertEquals(Optional.of(event), WorkerEvent.parse(event.toLine()));
    }

    @Test
    void thereIsASampleOfEachEvent() {
        Set<Class<?>> sampled =
                new HashSet<>(events().stream().map(Object::getClass).toList());
        assertEquals(new HashSet<>(Arrays.asList(WorkerEvent.class.getPermittedSubclasses())), sampled);
    }

    @Test
    void aTextOfSeveralWordsAndLinesStaysOneWord() {
        WorkerEvent event = new WorkerEvent.Trouble("lost\nthe  connection");
        assertEquals(Optional.of(new WorkerEvent.Trouble("lost_the_connection")), WorkerEvent.parse(event.toLine()));
        assertTrue(event.toLine().lines().count() == 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sold item=lamp token=0x1",
                "@shop ",
                "@shop dances token=0x1",
                "@shop sold item=lamp",
                "@shop sold token=0x1",
                "@shop sold item=lamp token=one",
                "@shop connected session=0x1 timeoutMs=long",
                "12:00:00 DEBUG something @shop sold item=lamp token=0x1"
            })
    void whatIsNotAnEventIsNobodys(String line) {
        assertEquals(Optional.empty(), WorkerEvent.parse(line));
    }
}

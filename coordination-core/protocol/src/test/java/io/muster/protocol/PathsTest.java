package io.muster.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a/b/c",
                "/...",
                "/.a",
                "/a.",
                "/..a/b..",
                "/a b",
                "/\u00a0",
                "/\u00e9\u4e2d",
                "/\ud7ff",
                "/\uf900",
                "/\uffef",
                "/zookeeper/quota"
            })
    void isValid(String path) {
        assertNull(Paths.problem(path));
        assertEquals(path, Paths.requireValid(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a/b",
                "//",
                "/a/",
                "/a//b",
                "/.",
                "/..",
                "/./a",
                "/a/.",
                "/a/..",
                "/a/../b",
                "/a\u0000b",
                "/\u0001",
                "/\u001f",
                "/\u007f",
                "/\u009f",
                "/\ud800",
                "/\ud83d\ude00",
                "/\ue000",
                "/\uf8ff",
                "/\ufff0",
                "/\uffff"
            })
    void isNotValid(String path) {
        assertFalse(Paths.isValid(path));
        assertThrows(IllegalArgumentException.class, () -> Paths.requireValid(path));
    }

    @ParameterizedTest
    @CsvSource({"/a,/,a", "/a/b,/a,b", "/a/b/c,/a/b,c"})
    void isParentAndName(String path, String parent, String name) {
        assertEquals(parent, Paths.parent(path));
        assertEquals(name, Paths.name(path));
        assertEquals(path, Paths.child(parent, name));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0000000000",
        "7,0000000007",
        "999999999,0999999999",
        "1000000000,1000000000",
        "2147483647,2147483647",
        "-1,-000000001",
        "-2147483648,-2147483648"
    })
    void sequenceSuffixIsPrintfsTenDigits(int counter, String suffix) {
        assertEquals(suffix, Paths.sequenceSuffix(counter));
        assertEquals(suffix, String.format("%010d", counter));
    }

    @Test
    void aLogLineCannotBeForgedByAPath() {
        assertEquals("/a\\u000ab\\u001b", Paths.printable("/a\nb\u001b"));
        String shown = Paths.printable("/" + "a".repeat(5000));
        assertEquals(200 + "... (5001 characters)".length(), shown.length());
    }
}

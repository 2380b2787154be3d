/**
 * Muster servers in a test's own process. The test kit is a library for the tests of applications as much as for our
 * own, so it asks for JUnit only where its JUnit extension is used.
 */
@NullMarked
package io.muster.testkit;

import org.jspecify.annotations.NullMarked;

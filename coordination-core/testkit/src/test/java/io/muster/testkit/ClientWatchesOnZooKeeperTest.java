package io.muster.testkit;

class ClientWatchesOnZooKeeperTest extends ClientWatchesTests {
    @Override
    ServerProcess start() {
        return ZooKeeperProcess.start();
    }
}

package io.muster.replica.state;

import org.jspecify.annotations.Nullable;

/**
 * Addresses that begin with the same bits.
 *
 * @param high the first 64 bits, an IPv4 address being the first 32 of them; 0 behind the bits that count
 * @param low the bits after those
 * @param bits how many count, 0 to 8 times {@code addressBytes}
 * @param addressBytes 4 for IPv4 and 16 for IPv6: neither is in a range of the other
 */
record IpRange(long high, long low, int bits, int addressBytes) implements Comparable<IpRange> {
    /** What an entry of a list names: an address, or with {@code /bits} a range; null if it is neither. */
    static @Nullable IpRange parse(String id) {
        int slash = id.indexOf('/');
        byte[] address = IpAddress.parse(slash < 0 ? id : id.substring(0, slash));
        if (address == null) {
            return null;
        }
        int most = address.length * 8;
        int bits = slash < 0 ? most : number(id.substring(slash + 1));
        return bits < 0 || bits > most ? null : of(address).first(bits);
    }

    /** One address alone; null if the text is none. */
    static @Nullable IpRange ofAddress(String text) {
        byte[] address = IpAddress.parse(text);
        return address == null ? null : of(address);
    }

    private static IpRange of(byte[] address) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < 8; i++) {
            high = high << 8 | (i < address.length ? address[i] & 0xff : 0);
            low = low << 8 | (i + 8 < address.length ? address[i + 8] & 0xff : 0);
        }
        return new IpRange(high, low, address.length * 8, address.length);
    }

    /** With a sign, if it likes: so does ZooKeeper. */
    private static int number(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The wider range of all that begin with the same so many bits, at most as many as count now. */
    IpRange first(int fewer) {
        return new IpRange(high & mask(fewer), low & mask(fewer - Long.SIZE), fewer, addressBytes);
    }

    private static long mask(int ones) {
        if (ones <= 0) {
            return 0;
        }
        return ones >= Long.SIZE ? -1 : -1L << (Long.SIZE - ones);
    }

    boolean contains(IpRange other) {
        return addressBytes == other.addressBytes && bits <= other.bits && equals(other.first(bits));
    }

    /** In no order that means anything; it lets a hash table stay fast whatever addresses somebody chooses. */
    @Override
    public int compareTo(IpRange other) {
        int byHigh = Long.compare(high, other.high);
        int byLow = byHigh != 0 ? byHigh : Long.compare(low, other.low);
        int byBits = byLow != 0 ? byLow : Integer.compare(bits, other.bits);
        return byBits != 0 ? byBits : Integer.compare(addressBytes, other.addressBytes);
    }
}

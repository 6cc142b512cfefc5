using System.Buffers.Binary;
using CsCheck;

namespace Nonpaged.Xdp.Tests.Filters;

/// <summary>Frames as they are, and as they should not be: tags, options, fragments, extension headers, cut off
/// anywhere.</summary>
internal static class RandomFrame
{
    public static Gen<byte[]> Any { get; } = Gen.Select(
        Gen.OneOf(0x8100, 0x88a8).List[0, 3], Gen.OneOf(RandomFilter.Vlans),
        Gen.Int[0, 9], Packet, Gen.Int[0, 400],
        (tags, vlan, kind, packet, cut) => Build(tags, vlan, kind, packet, cut));

    private static Gen<RandomPacket> Packet =>
        Gen.Select(
            Gen.OneOf(0, 43, 44, 51, 60).Array[0, 8], Gen.OneOf(RandomFilter.Protocols),
            Gen.OneOf(RandomFilter.Ports), Gen.OneOf(RandomFilter.Ports),
            Gen.Int[3, 15], Gen.OneOf(0, 0, 0, 1, 185), Gen.Int[0, 3],
            (extensions, protocol, source, destination, words, fragment, length) =>
                new RandomPacket(extensions, protocol, source, destination, words, fragment, length));

    private static byte[] Build(
        List<int> tags, int vlan, int kind,
        RandomPacket packet, int cut)
    {
        var frame = new List<byte>(new byte[12]);
        foreach (int tag in tags)
        {
            Add(frame, tag);
            Add(frame, vlan | 0x2000);
        }

        switch (kind)
        {
            case < 4:
                Add(frame, 0x0800);
                AddIPv4(frame, packet);
                break;
            case < 8:
                Add(frame, 0x86dd);
                AddIPv6(frame, packet);
                break;
            default:
                Add(frame, kind == 8 ? 0x0806 : 0x88b5);
                break;
        }

        Add(frame, packet.Source);
        Add(frame, packet.Destination);
        frame.AddRange(new byte[30]);
        // In two of three it is whole; the kernel runs a program over 14 bytes or more.
        int length = cut < frame.Count && cut % 3 == 0 ? Math.Max(cut, 14) : frame.Count;
        return [.. frame.Take(length)];
    }

    private static void AddIPv4(List<byte> frame, RandomPacket packet)
    {
        byte[] header = new byte[Math.Max(20, 4 * packet.Words)];
        header[0] = (byte)((packet.Length == 3 ? 0x50 : 0x40) | packet.Words);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)packet.Fragment);
        header[9] = (byte)packet.Protocol;
        frame.AddRange(header);
    }

    private static void AddIPv6(List<byte> frame, RandomPacket packet)
    {
        int[] chain = [.. packet.Extensions, packet.Protocol];
        byte[] header = new byte[40];
        header[0] = (byte)(packet.Words == 3 ? 0x70 : 0x60);
        header[6] = (byte)chain[0];
        frame.AddRange(header);
        for (int i = 0; i < packet.Extensions.Length; i++)
        {
            int length = packet.Extensions[i] switch { 44 => 8, 51 => 4 * (packet.Length + 2), _ => 8 * (packet.Length + 1) };
            // An authentication header of 8 bytes is the shortest that can be read whole.
            byte[] extension = new byte[length];
            extension[0] = (byte)chain[i + 1];
            extension[1] = (byte)packet.Length;
            if (packet.Extensions[i] == 44)
                BinaryPrimitives.WriteUInt16BigEndian(extension.AsSpan(2), (ushort)(packet.Fragment << 3 | 1));
            frame.AddRange(extension);
        }
    }

    private static void Add(List<byte> frame, int value) => frame.AddRange([(byte)(value >> 8), (byte)value]);
}

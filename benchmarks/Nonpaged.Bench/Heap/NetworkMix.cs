namespace Nonpaged.Bench;

/// <summary>
/// Lengths as in a network: 60 % 64 bytes, 25 % 1514, 15 % 2048 to 9216. Drawn ahead, so that drawing
/// is no part of what is measured.
/// </summary>
internal static class NetworkMix
{
    public const int Count = 1 << 16;

    public static readonly ushort[] Lengths = Draw();

    private static ushort[] Draw()
    {
        var random = new Sequence(1);
        ushort[] lengths = new ushort[Count];
        for (int i = 0; i < Count; i++)
        {
            ulong percent = random.Draw(100);
            lengths[i] = (ushort)(percent < 60 ? 64 : percent < 85 ? 1514 : 2048 + random.Draw(9216 - 2048 + 1));
        }

        return lengths;
    }
}

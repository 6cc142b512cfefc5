namespace Nonpaged.Cli;

/// <summary>Contents that tell where they belong: each word is made of its own address.</summary>
internal static unsafe class Pattern
{
    // Odd, so that no two words of a memory are alike (multiplication by an odd number is a bijection modulo 2^64).
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    public static void Fill(byte* start, nuint length)
    {
        for (ulong* word = (ulong*)start; word < start + length; word++) *word = Of(word);
    }

    public static ulong CountChangedPages(byte* start, nuint length)
    {
        ulong changed = 0;
        for (byte* page = start; page < start + length; page += Page.Size)
            if (IsChanged(page)) changed++;
        return changed;
    }

    /// <summary>Writes to each page without changing it.</summary>
    public static void Rewrite(byte* start, nuint length)
    {
        for (byte* page = start; page < start + length; page += Page.Size)
            Volatile.Write(ref *page, Volatile.Read(ref *page));
    }

    private static bool IsChanged(byte* page)
    {
        for (ulong* word = (ulong*)page; word < page + Page.Size; word++)
            if (*word != Of(word)) return true;
        return false;
    }

    private static ulong Of(ulong* word) => (ulong)word * Multiplier;
}

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Containers.Tests;

/// <summary>
/// The frames behind a process's memory, as root sees them from outside (Documentation/admin-guide/mm/pagemap.rst).
/// </summary>
internal static class Frames
{
    private const int Page = 4096;
    private const ulong Present = 1UL << 63;
    private const ulong Number = (1UL << 55) - 1;

    /// <summary>The number of each page's frame, 0 where there is none, by the page's address.</summary>
    public static Dictionary<ulong, ulong> Of(int process, IEnumerable<(ulong Address, ulong Length)> blocks)
    {
        using SafeFileHandle pagemap = File.OpenHandle($"/proc/{process}/pagemap");
        var frames = new Dictionary<ulong, ulong>();
        foreach ((ulong address, ulong length) in blocks)
        {
            ulong first = address / Page, count = ((address + length - 1) / Page) - first + 1;
            byte[] entries = new byte[count * 8];
            for (int read = 0; read < entries.Length;)
            {
                int more = RandomAccess.Read(pagemap, entries.AsSpan(read), ((long)first * 8) + read);
                Assert.True(more > 0, $"/proc/{process}/pagemap ends at {first:x}");
                read += more;
            }

            for (ulong i = 0; i < count; i++)
            {
                ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(entries.AsSpan((int)i * 8));
                frames[(first + i) * Page] = (entry & Present) != 0 ? entry & Number : 0;
            }
        }

        return frames;
    }

    /// <summary>How many pages that had a frame have another one now, or none.</summary>
    public static int Moved(Dictionary<ulong, ulong> before, Dictionary<ulong, ulong> after) =>
        before.Count(page => page.Value != 0 && after[page.Key] != page.Value);

    /// <summary>"0x7f0000000000 4096" as programs print where a block is.</summary>
    public static (ulong Address, ulong Length) Parse(string line)
    {
        string[] words = line.Split(' ');
        return (Convert.ToUInt64(words[0], 16), ulong.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}

using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>The option --region: memory that is not the kernel's to give away.</summary>
internal static class Region
{
    public static Option<string[]> Option() => Options.Texts(
        "--region", "REGION",
        "Memory that a pool may use for what ordinary memory cannot be: "
            + "LENGTH@ADDRESS as reserved at boot (memmap=LENGTH$ADDRESS), with ,wb to have it cached; "
            + "or DEVICE/resourceN, DEVICE/resourceN_wc. May be given again.");

    /// <exception cref="CommandException">A region is not written so, or cannot be used.</exception>
    public static IReadOnlyList<MemoryRegion> Parse(IEnumerable<string>? regions) => [.. (regions ?? []).Select(Parse)];

    private static MemoryRegion Parse(string text)
    {
        try
        {
            return text.Contains('@', StringComparison.Ordinal) ? Reserved(text) : OfDevice(text);
        }
        catch (ArgumentException exception)
        {
            throw new CommandException(
                $"--region {text}: {exception.Message.Split(" (Parameter")[0]}",
                "LENGTH@ADDRESS, DEVICE/resourceN or DEVICE/resourceN_wc",
                "write, say, --region 64M@0x20000000");
        }
    }

    private static MemoryRegion Reserved(string text)
    {
        const string cached = ",wb";
        bool isCached = text.EndsWith(cached, StringComparison.Ordinal);
        string[] parts = (isCached ? text[..^cached.Length] : text).Split('@');
        if (parts.Length != 2) throw new ArgumentException("it is not written LENGTH@ADDRESS.");
        ulong length = Size.Parse("--region", parts[0]);
        return MemoryRegion.Reserved(
            new PhysicalAddress(Size.Parse("--region", parts[1])), length, isCached ? Caching.Coherent : Caching.Uncached);
    }

    private static MemoryRegion OfDevice(string text)
    {
        const string writeCombined = "_wc";
        bool isWriteCombined = text.EndsWith(writeCombined, StringComparison.Ordinal);
        string[] parts = (isWriteCombined ? text[..^writeCombined.Length] : text).Split("/resource");
        if (parts is not [var device, [>= '0' and <= '5'] bar])
            throw new ArgumentException("it is not written DEVICE/resourceN.");
        string address = device.Count(character => character == ':') == 1 ? $"0000:{device}" : device;
        return MemoryRegion.OfDevice(address, bar[0] - '0', isWriteCombined ? Caching.WriteCombined : Caching.Uncached);
    }
}

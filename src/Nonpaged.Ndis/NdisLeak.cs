using System.Globalization;

namespace Nonpaged.Ndis;

/// <summary>A block or handle that a driver left when it ended. NDIS took it back.</summary>
/// <param name="Driver">The driver.</param>
/// <param name="Call">The call that it came from.</param>
/// <param name="What">What was left, and when, as a sentence.</param>
public sealed record NdisLeak(string Driver, string Call, string What)
{
    /// <summary>Of memory, its length in bytes; otherwise null.</summary>
    public ulong? Length { get; init; }

    /// <summary>Of memory with a tag, its four characters; otherwise null.</summary>
    public string? Tag { get; init; }

    /// <summary>Of memory, its address; otherwise 0.</summary>
    public nuint Address { get; init; }

    /// <summary>Where in a C driver the call was made; null where that is not known.</summary>
    public string? Site { get; init; }

    /// <summary>Where that was, innermost first; empty unless the driver is verified.</summary>
    public IReadOnlyList<CodePlace> Stack { get; init; } = [];

    internal static NdisLeak Of(NdisAllocation allocation, string who)
    {
        string tag = allocation.Tag is { } number ? $", tag '{TagName(number)}'" : "";
        string site = allocation.Site is null ? "" : $", from {allocation.Site}";
        return new NdisLeak(
            allocation.Driver.Name, allocation.Call,
            $"{who} left {allocation.Length} bytes at 0x{allocation.VirtualAddress:x} allocated{tag}{site}.")
        {
            Length = allocation.Length,
            Tag = allocation.Tag is { } kept ? TagName(kept) : null,
            Address = allocation.VirtualAddress,
            Site = allocation.Site,
            Stack = allocation.Stack,
        };
    }

    /// <summary>
    /// A tag as the tools of Windows show it: its four characters, or its number where they are not printable.
    /// </summary>
    public static string TagName(uint tag)
    {
        // A tag is written as a character constant, whose first character is the highest byte: 'kaeL' shows as "Leak".
        char[] characters = [.. BitConverter.GetBytes(tag).Select(one => (char)one)];
        return characters.All(one => one is >= ' ' and < (char)0x7f) ? new string(characters)
            : string.Create(CultureInfo.InvariantCulture, $"0x{tag:x8}");
    }
}

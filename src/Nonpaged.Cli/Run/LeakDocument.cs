using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>A block or handle that a driver left, as JSON.</summary>
/// <param name="Driver">Who left it.</param>
/// <param name="Call">The call that it came from.</param>
/// <param name="Site">Where in a C driver that call was made; null where that is not known.</param>
/// <param name="Tag">Of memory with a tag, its four characters.</param>
/// <param name="Length">Of memory, its length in bytes.</param>
/// <param name="Address">Of memory, its address.</param>
/// <param name="What">What was left, as a sentence.</param>
internal sealed record LeakDocument(string Driver, string Call, string? Site, string? Tag, ulong? Length,
    string? Address, string What)
{
    public static LeakDocument From(NdisLeak leak) =>
        new(leak.Driver, leak.Call, leak.Site, leak.Tag, leak.Length, leak.Address == 0 ? null : $"0x{leak.Address:x}",
            leak.What);

    /// <summary>A block that nobody gave back and nobody took back.</summary>
    public static LeakDocument From(NdisAllocation allocation) => new(
        allocation.Driver.Name,
        allocation.Call,
        allocation.Site,
        allocation.Tag is { } tag ? NdisLeak.TagName(tag) : null,
        allocation.Length,
        $"0x{allocation.VirtualAddress:x}",
        $"{allocation.Length} bytes at 0x{allocation.VirtualAddress:x} are allocated after the halt.");
}

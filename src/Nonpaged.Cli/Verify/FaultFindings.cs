using System.Globalization;
using Nonpaged.Ndis;
using Nonpaged.Ndis.Native;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>Makes a finding of the way in which a driver ended its process.</summary>
internal static class FaultFindings
{
    private const ulong PageSize = 4096;
    private const ulong NullPages = 65_536;

    public static VerifyFinding Of(VerifyRunResult result, string driver)
    {
        DriverFault fault = result.Fault!;
        (string rule, string message, string source, VerifyEventBlock? allocated, VerifyEventBlock? freed) = Describe(result,
            fault);
        IReadOnlyList<CodePlace> stack = fault.Stack.Count > 0 ? fault.Stack : ManagedStack.Parse(result.Said);
        // NDIS, or the driver below, went on with what it still had.
        if (stack.Count == 0 && freed is { Stack.Count: > 0 }) stack = freed.Stack;
        string last = fault.Call is null ? "" : $" The driver's last call was {fault.Call}.";
        if (stack.Count == 0 && result.Said.Trim() is { Length: > 0 } said) last += $" The process said: "
            + $"{string.Join(' ', said.Split('\n').Take(6).Select(line => line.Trim()))}";
        return new VerifyFinding
        {
            Rule = rule,
            Check = result.Run.Check,
            Message = message + last,
            Driver = fault.Driver ?? driver,
            Source = source,
            Run = result.Run.Name,
            Seed = result.Run.Seed,
            Function = fault.Function,
            Stack = stack,
            AllocationStack = allocated?.Stack ?? [],
            FreeStack = freed?.Stack ?? [],
        };
    }

    private static (string Rule, string Message, string Source, VerifyEventBlock? Allocated, VerifyEventBlock? Freed) Describe(
        VerifyRunResult result, DriverFault fault)
    {
        const string Memory = "memory belongs to a driver from its allocation to its free";
        string function = fault.Function is null ? "a function of the driver" : fault.Function;
        if (result.Hung)
        {
            return ("hang", $"{function} did not return, or waited for what never comes.", "a function of a driver returns", null,
                null);
        }

        if (fault.Signal == CallRecords.EndedByExit || fault.Signal == 0)
        {
            string how = fault.Signal == 0 ? $"The process ended with exit code {result.ExitCode}" : $"{function} called exit()";
            return ("exit", $"{how}: a driver has no process of its own to end.", "WDK: drivers call no function of a C library "
                + "that ends a process", null, null);
        }

        string access = fault.IsWrite ? "wrote to" : "read from";
        if (fault.IsNoncanonical)
        {
            return ("bad-address", $"{function} accessed an address that no memory can have, as those of NdisMMapIoSpace are "
                + "here: "
                + "registers are accessed by NdisReadRegisterXxx and NdisWriteRegisterXxx.", "NDIS 5, NdisMMapIoSpace", null,
                    null);
        }

        if (fault.Address is not { } address)
        {
            string what = CrashReader.SignalName(fault.Signal);
            string why = fault.Signal == 6 ? ": its stack, or memory of the C library, was damaged, or it gave up" : "";
            return ("crash", $"{function} ended with {what}{why}.", Memory, null, null);
        }

        if (address < NullPages)
        {
            bool isShort = result.Run.Failing.Count > 0 || result.Run.FailFrom > 0;
            return ("null-pointer", $"{function} {access} the address 0x{address:x}{(isShort
                ? ": it uses what a call that failed did not give it" : ", a NULL pointer")}.",
                "the result of each call that can fail is looked at", null, null);
        }

        return DescribeBlock(result, function, access, address)
            ?? ("bad-address", $"{function} {access} 0x{address:x}, where no memory of its own is.", Memory, null, null);
    }

    private static (string Rule, string Message, string Source, VerifyEventBlock? Allocated, VerifyEventBlock? Freed)?
        DescribeBlock(VerifyRunResult result, string function, string access, ulong address)
    {
        const string Source = "memory belongs to a driver from its allocation to its free, and to its last byte";
        List<VerifyEventBlock> blocks = [.. result.Events.Select(one => one.Block).OfType<VerifyEventBlock>()];
        int last = blocks.FindLastIndex(one => Pages(one).First <= address && address < Pages(one).End);
        if (last >= 0 && blocks[last].IsFreed)
        {
            VerifyEventBlock freed = blocks[last];
            VerifyEventBlock? allocated = blocks.Take(last).LastOrDefault(one => one.Address == freed.Address && !one.IsFreed);
            return ("use-after-free", $"{function} {access} byte {Offset(address, freed)} of a block of {freed.Length} bytes of "
                + $"{freed.Call} that was freed.", Source, allocated, freed);
        }

        bool isBefore = result.Run.GuardPages == GuardPages.Before;
        VerifyEventBlock? near = blocks.LastOrDefault(one => !one.IsFreed
            && (isBefore ? address < one.Address && one.Address - address <= PageSize
                : address >= one.Address + one.Length && address - (one.Address + one.Length) < PageSize));
        if (near is null) return null;
        return (isBefore ? "underrun" : "overrun",
            $"{function} {access} byte {Offset(address, near)} of a block of {near.Length} bytes of {near.Call}, which is "
                + $"{(isBefore ? "before its start" : "past its end")}.", Source, near, null);
    }

    private static (ulong First, ulong End) Pages(VerifyEventBlock block) =>
        (block.Address & ~(PageSize - 1), (block.Address + block.Length + PageSize - 1) & ~(PageSize - 1));

    private static string Offset(ulong address, VerifyEventBlock block) =>
        address >= block.Address ? (address - block.Address).ToString(CultureInfo.InvariantCulture)
        : $"-{block.Address - address}";
}

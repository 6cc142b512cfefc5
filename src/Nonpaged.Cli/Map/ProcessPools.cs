using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// Finds a process's pools from outside: their memory files are named nonpaged:POOL:RUNG in /proc/PID/maps, those of machines'
/// RAM nonpaged:MACHINE:ram, and /proc/PID/pagemap has their frames (proc_pid_maps(5), proc_pid_pagemap(5)).
/// </summary>
internal static class ProcessPools
{
    private const int EntriesAtOnce = 64 << 10;

    // A pool that grows or shrinks meanwhile is looked at again, but one that never rests is shown as it was seen last.
    private const int Looks = 10;

    /// <summary>The pools of a process. Two machines of one name are two.</summary>
    /// <exception cref="CommandException">There is no such process, or it may not be looked at.</exception>
    public static IReadOnlyList<MapPool> Read(int process)
    {
        try
        {
            PoolMapping[] mappings = Mappings(process);
            using SafeFileHandle pagemap = File.OpenHandle($"/proc/{process}/pagemap");
            for (int look = 1; ; look++)
            {
                MapPool[] pools = [.. mappings.GroupBy(mapping => (mapping.Pool, mapping.IsOfMachine ? mapping.Inode : ""))
                    .Select(pool => Describe([.. pool], pagemap))];
                PoolMapping[] since = Mappings(process);
                if (look == Looks || since.SequenceEqual(mappings)) return pools;
                mappings = since;
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(
                $"There is no process {process}.", $"/proc/{process} does not exist", "pgrep -a dotnet", FailureKind.Other);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new CommandException(
                $"The process {process} may not be looked at.", $"its owner, and whether it may be traced ({exception.Message})",
                "run it as the process's owner, or as root",
                FailureKind.Other);
        }
    }

    private static PoolMapping[] Mappings(int process) =>
        [.. File.ReadLines($"/proc/{process}/maps").Select(PoolMapping.Parse).OfType<PoolMapping>()];

    private static MapPool Describe(PoolMapping[] mappings, SafeFileHandle pagemap)
    {
        MachineRam? machine = mappings[0].IsOfMachine ? new MachineRam(mappings) : null;
        bool isHidden = false;
        MapExtent[] extents = [.. Join(mappings).Select(parts => new MapExtent(
            parts[0].Rung,
            parts[0].Start,
            parts[^1].End - parts[0].Start,
            [.. PhysicalRun.Of(parts.SelectMany(part => AddressesOf(part, machine, pagemap, () => isHidden = true)))]))];
        return new MapPool(mappings[0].Pool, machine?.Addresses ?? MapAddresses.Host, extents) { IsHidden = isHidden };
    }

    private static List<List<PoolMapping>> Join(PoolMapping[] mappings)
    {
        var joined = new List<List<PoolMapping>>();
        foreach (PoolMapping mapping in mappings)
        {
            if (joined.Count > 0 && mapping.Follows(joined[^1][^1])) joined[^1].Add(mapping);
            else joined.Add([mapping]);
        }

        return joined;
    }

    /// <summary>
    /// The physical address of each page: the machine's where it is a machine's and present, else the frame; null where
    /// hidden or not mapped at this moment.
    /// </summary>
    private static IEnumerable<ulong?> AddressesOf(
        PoolMapping mapping, MachineRam? machine, SafeFileHandle pagemap, Action hidden)
    {
        ulong[] entries = new ulong[EntriesAtOnce];
        ulong pages = (mapping.End - mapping.Start) / Page.Size;
        for (ulong first = 0; first < pages; first += EntriesAtOnce)
        {
            int count = (int)ulong.Min(EntriesAtOnce, pages - first);
            Read(pagemap, mapping.Start / Page.Size + first, entries.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                bool isPresent = (entries[i] & PageMapFile.Present) != 0;
                ulong frame = entries[i] & PageMapFile.FrameMask;
                if (isPresent && frame == 0) hidden();
                yield return !isPresent ? null
                    : machine is not null ? machine.AddressOf(mapping.Offset + (first + (ulong)i) * Page.Size)
                    : frame == 0 ? null : frame * Page.Size;
            }
        }
    }

    private static void Read(SafeFileHandle pagemap, ulong page, Span<ulong> entries)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(entries);
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(pagemap, bytes[done..], (long)(page * sizeof(ulong)) + done);
            if (read == 0) throw new IOException("the page map ends too early");
            done += read;
        }
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// Finds a process's pools from outside: their memory files are named nonpaged:POOL:RUNG in /proc/PID/maps, and /proc/PID/pagemap has their frames
/// (proc_pid_maps(5), proc_pid_pagemap(5)).
/// </summary>
internal static class ProcessPools
{
    private const string FilePrefix = "/memfd:nonpaged:";
    private const string FileSuffix = " (deleted)";

    /// <summary>The extents of all pools of a process, in the order of their addresses.</summary>
    /// <exception cref="CommandException">There is no such process, or it may not be looked at.</exception>
    public static IReadOnlyList<MappedExtent> Read(int pid)
    {
        try
        {
            Mapping[] mappings = [.. File.ReadLines($"/proc/{pid}/maps").Select(Parse).OfType<Mapping>()];
            using SafeFileHandle pagemap = File.OpenHandle($"/proc/{pid}/pagemap");
            return [.. Join(mappings).Select(parts => Describe(parts, pagemap))];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"There is no process {pid}.", $"/proc/{pid} does not exist", "pgrep -a dotnet");
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new CommandException(
                $"The process {pid} may not be looked at.", $"its owner, and whether it may be traced ({exception.Message})", "run it as the process's owner, or as root");
        }
    }

    // "7f44cbe00000-7f44dbe00000 rw-s 00000000 00:01 1234   /memfd:nonpaged:host:collapsed-memfd (deleted)"
    private static Mapping? Parse(string line)
    {
        int name = line.IndexOf(FilePrefix, StringComparison.Ordinal);
        if (name < 0) return null;
        string[] fields = line[..name].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] range = fields[0].Split('-');
        string file = line[(name + FilePrefix.Length)..];
        if (file.EndsWith(FileSuffix, StringComparison.Ordinal)) file = file[..^FileSuffix.Length];
        int rung = file.LastIndexOf(':');
        return new Mapping(
            ulong.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            fields[4], rung < 0 ? file : file[..rung], rung < 0 ? "" : file[(rung + 1)..]);
    }

    /// <summary>Neighbours of one file are one extent: a change of protection, or an order by frame, divides a mapping.</summary>
    private static List<List<Mapping>> Join(Mapping[] mappings)
    {
        var joined = new List<List<Mapping>>();
        foreach (Mapping mapping in mappings)
        {
            if (joined.Count > 0 && joined[^1][^1] is var last && last.End == mapping.Start && last.File == mapping.File) joined[^1].Add(mapping);
            else joined.Add([mapping]);
        }

        return joined;
    }

    private static MappedExtent Describe(List<Mapping> parts, SafeFileHandle pagemap)
    {
        ulong start = parts[0].Start;
        var entries = new ulong[(parts[^1].End - start) / Page.Size];
        Span<byte> bytes = MemoryMarshal.AsBytes(entries.AsSpan());
        long from = (long)(start / Page.Size * sizeof(ulong));
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(pagemap, bytes[done..], from + done);
            if (read == 0) throw new IOException("the page map ends too early");
            done += read;
        }

        return new MappedExtent(parts[0].Pool, parts[0].Rung, start, [.. entries.Select(FrameOf)]);
    }

    private static ulong? FrameOf(ulong entry) =>
        (entry & PageMapFile.Present) != 0 && (entry & PageMapFile.FrameMask) is > 0 and var frame ? frame * Page.Size : null;

    private sealed record Mapping(ulong Start, ulong End, string File, string Pool, string Rung);
}

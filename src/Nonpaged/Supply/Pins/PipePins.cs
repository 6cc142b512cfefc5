using System.Numerics;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Pins by references that pipes hold: a page in a pipe is neither moved nor freed (a page whose references are not all known is
/// not migrated: mm/migrate.c, folio_migrate_mapping). By splice(2) from the memory file itself; of files of huge pages, which
/// have no splice, by vmsplice(2). Of a huge page one reference holds all of it.
/// </summary>
internal static unsafe class PipePins
{
    // UIO_MAXIOV, the most ranges of one call.
    private const int MostRanges = 1024;

    /// <summary>Null, or why memory of such a file cannot be pinned so at all.</summary>
    public static AllocationFailure? Refuse(bool isHugetlb) =>
        PipeProof.Find(isHugetlb) is var errno && errno == Errno.None ? null : PipeFailures.ForCall(isHugetlb, errno);

    /// <summary>Takes a reference to each unit of a file, which is filled. Nothing is held after a failure.</summary>
    /// <param name="file">The file, and where it is mapped.</param>
    /// <param name="unit">What one reference holds: a page, or a huge page that the kernel maps as one.</param>
    /// <param name="isHugetlb">The file is of the kernel's huge pages.</param>
    /// <param name="failure">Why that is not possible.</param>
    public static PipePin? TryPin(MemoryFile file, nuint unit, bool isHugetlb, out AllocationFailure? failure)
    {
        failure = Refuse(isHugetlb);
        if (failure is not null) return null;
        var pin = new PipePin(file.Length);
        for (nuint done = 0; done < file.Length;)
        {
            int left = (int)((file.Length - done) / unit);
            failure = TryOpen(left, file.Length, out SafeFileHandle? pipe, out SafeFileHandle? reader, out int slots);
            // With no reader there is nobody to write for (EPIPE).
            using SafeFileHandle? until = reader;
            if (failure is null)
            {
                int units = int.Min(left, slots);
                SysResult put = isHugetlb ? PutHuge(file, done, unit, units, pipe!) : Put(file, done, unit, units, pipe!);
                pin.Add(pipe!, slots, put.IsError ? 0 : put.AsInt32);
                if (put.IsError) failure = PipeFailures.ForPages(file.Length, isHugetlb, put.Errno);
                done += (nuint)units * unit;
            }

            if (failure is null) continue;
            pin.Dispose();
            return null;
        }

        return pin;
    }

    /// <summary>
    /// A pipe with as many slots as are wanted, or as there may be. Its end for writing alone is kept: who
    /// gets hold of that cannot drain it.
    /// </summary>
    private static AllocationFailure? TryOpen(
        int wanted, nuint length, out SafeFileHandle? pipe, out SafeFileHandle? reader, out int slots)
    {
        pipe = null;
        reader = null;
        int most = int.Min(PipeBudget.MostOfOne, (int)BitOperations.RoundUpToPowerOf2((uint)wanted));
        for (slots = most; ; slots = int.Min(PipeBudget.Usual, slots / 2))
        {
            if (!PipeBudget.TryTake(slots))
            {
                if (slots > 1) continue;
                return PipeFailures.ForSlots(length, Errno.None);
            }

            SysResult opened = LibC.Pipe2(out SafeFileHandle output, out SafeFileHandle input);
            SysResult sized = opened.IsError ? opened : LibC.SetPipeSize(input, slots << Page.Shift);
            if (!sized.IsError)
            {
                pipe = input;
                reader = output;
                return null;
            }

            output.Dispose();
            input.Dispose();
            PipeBudget.Give(slots);
            // More than one may have, or no memory in one piece for so many: fewer will do. Nothing at all
            // where others of the user have them.
            if (opened.IsError || sized.Errno is not (Errno.EPERM or Errno.ENOMEM) || slots == 1)
                return PipeFailures.ForSlots(length, sized.Errno);
        }
    }

    private static SysResult Put(MemoryFile file, nuint start, nuint unit, int units, SafeFileHandle pipe)
    {
        int bytes = 0;
        foreach (FileRange range in file.RangesOf(file.Start + start, (nuint)units * unit))
        {
            for (ulong done = 0; done < range.Length;)
            {
                // Whole pages, many at a call; of a huge page one byte.
                ulong wanted = unit == Page.Size ? range.Length - done : 1;
                SysResult moved = LibC.Splice(file.Descriptor, (long)(range.Offset + done), pipe, (nuint)wanted);
                if (moved.Errno == Errno.EINTR) continue;
                if (moved.IsError || moved.Value == 0) return moved.IsError ? moved : SysResult.Failed(Errno.EIO);
                bytes += moved.AsInt32;
                done += unit == Page.Size ? (ulong)moved.Value : unit;
            }
        }

        return new SysResult(bytes);
    }

    private static SysResult PutHuge(MemoryFile file, nuint start, nuint unit, int units, SafeFileHandle pipe)
    {
        Span<IoUring.IoVector> ranges = new IoUring.IoVector[int.Min(units, MostRanges)];
        for (int done = 0; done < units;)
        {
            int count = int.Min(units - done, ranges.Length);
            for (int i = 0; i < count; i++)
                ranges[i] = new IoUring.IoVector { Base = (void*)(file.Start + start + (nuint)(done + i) * unit), Length = 1 };
            SysResult moved = LibC.VmSplice(pipe, ranges[..count]);
            if (moved.Errno == Errno.EINTR) continue;
            if (moved.IsError || moved.Value == 0) return moved.IsError ? moved : SysResult.Failed(Errno.EIO);
            // A byte each.
            done += moved.AsInt32;
        }

        return new SysResult(units);
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DirectReads;

/// <summary>
/// As much of io_uring(7) as reads need: two rings that the kernel shares with one thread, and buffers that the kernel pins once
/// (Linux 5.6, x86-64). Not thread-safe.
/// </summary>
internal sealed unsafe partial class IoUring : IDisposable
{
    private const nint SetupCall = 425, EnterCall = 426, RegisterCall = 427;
    private const uint RegisterBuffersOperation = 0, GetEvents = 1;

    // One mapping has both rings (Linux 5.4); the second came with the plain read (Linux 5.6).
    private const uint SingleMapping = 1, CurrentPosition = 8;
    private const byte ReadFixed = 4, Read = 22;
    private const nint Failed = -1, SubmissionRingOffset = 0, EntriesOffset = 0x10000000;
    private const int Interrupted = 4, ReadAndWrite = 1 | 2, SharedAndPopulated = 1 | 0x8000;

    // struct io_uring_params as 32-bit numbers: where what is used of it lies.
    private const int ParameterCount = 30, SubmissionLength = 0, CompletionLength = 1, Features = 5;
    private const int SubmissionHead = 10, SubmissionTail = 11, SubmissionMask = 12, SubmissionArray = 16;
    private const int CompletionHead = 20, CompletionTail = 21, CompletionMask = 22, Completions = 25;

    private readonly int _file;
    private readonly byte* _rings;
    private readonly nuint _ringsLength;
    private readonly Submission* _submissions;
    private readonly nuint _submissionsLength;
    private readonly uint* _submissionHead;
    private readonly uint* _submissionTail;
    private readonly uint* _submissionArray;
    private readonly uint _submissionMask;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly uint _completionMask;
    private readonly Completion* _completions;

    /// <param name="depth">How many reads may be under way: a power of two.</param>
    /// <exception cref="NotSupportedException">The kernel, or the container that this runs in, refuses io_uring.</exception>
    public IoUring(int depth)
    {
        uint* at = stackalloc uint[ParameterCount];
        new Span<uint>(at, ParameterCount).Clear();
        _file = (int)Call(SetupCall, depth, (nint)at, 0, 0, 0, 0);
        if (_file < 0) throw new NotSupportedException($"io_uring is refused here: {LastError()}.");
        if ((at[Features] & SingleMapping) == 0 || (at[Features] & CurrentPosition) == 0)
        {
            _ = Close(_file);
            throw new NotSupportedException("io_uring of this kernel is older than Linux 5.6.");
        }

        _ringsLength = nuint.Max(
            at[SubmissionArray] + (at[SubmissionLength] * sizeof(uint)),
            at[Completions] + (at[CompletionLength] * (nuint)sizeof(Completion)));
        _submissionsLength = at[SubmissionLength] * (nuint)sizeof(Submission);
        _rings = Map(_ringsLength, SubmissionRingOffset);
        _submissions = (Submission*)Map(_submissionsLength, EntriesOffset);
        _submissionHead = (uint*)(_rings + at[SubmissionHead]);
        _submissionTail = (uint*)(_rings + at[SubmissionTail]);
        _submissionMask = *(uint*)(_rings + at[SubmissionMask]);
        _submissionArray = (uint*)(_rings + at[SubmissionArray]);
        _completionHead = (uint*)(_rings + at[CompletionHead]);
        _completionTail = (uint*)(_rings + at[CompletionTail]);
        _completionMask = *(uint*)(_rings + at[CompletionMask]);
        _completions = (Completion*)(_rings + at[Completions]);
    }

    /// <summary>
    /// Makes memory the one registered buffer: the kernel looks up and pins its pages now, and not at each read.
    /// </summary>
    /// <exception cref="Win32Exception">The kernel refused: for want of RLIMIT_MEMLOCK (ulimit -l), mostly.</exception>
    public void Register(void* start, nuint length)
    {
        nint* vector = stackalloc nint[] { (nint)start, (nint)length };
        if (Call(RegisterCall, _file, (nint)RegisterBuffersOperation, (nint)vector, 1, 0, 0) == Failed)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"io_uring did not register {length} bytes: {LastError()}");
    }

    /// <summary>Queues a read. The kernel sees it at the next <see cref="SubmitAndWait"/>.</summary>
    /// <param name="file">Its descriptor.</param>
    /// <param name="offset">Of the first byte in the file.</param>
    /// <param name="to">Where the bytes go: within the registered buffer, if <paramref name="registered"/>.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="registered">The memory is part of the registered buffer.</param>
    /// <param name="tag">What the completion carries.</param>
    public void Queue(int file, long offset, void* to, int length, bool registered, int tag)
    {
        uint tail = *_submissionTail;
        uint index = tail & _submissionMask;
        _submissions[index] = new Submission
        {
            Operation = registered ? ReadFixed : Read,
            File = file,
            Offset = (ulong)offset,
            Address = to,
            Length = (uint)length,
            Tag = (ulong)tag,
        };
        _submissionArray[index] = index;
        // The kernel reads the entry once it sees the tail.
        Volatile.Write(ref *_submissionTail, tail + 1);
    }

    /// <summary>Hands the kernel what is queued, and waits until at least one read is complete.</summary>
    public void SubmitAndWait()
    {
        while (true)
        {
            uint queued = *_submissionTail - Volatile.Read(ref *_submissionHead);
            if (Call(EnterCall, _file, (nint)queued, 1, (nint)GetEvents, 0, 0) != Failed) return;
            // The runtime interrupts threads by signals.
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw new Win32Exception(Marshal.GetLastPInvokeError(), $"io_uring took no reads: {LastError()}");
        }
    }

    /// <summary>Takes one completion, if there is one.</summary>
    /// <param name="tag">That of the read.</param>
    /// <param name="result">Bytes that were read, or an error number, negative.</param>
    public bool TryReap(out int tag, out int result)
    {
        uint head = *_completionHead;
        if (head == Volatile.Read(ref *_completionTail))
        {
            (tag, result) = (0, 0);
            return false;
        }

        Completion* completion = &_completions[head & _completionMask];
        (tag, result) = ((int)completion->Tag, completion->Result);
        Volatile.Write(ref *_completionHead, head + 1);
        return true;
    }

    /// <summary>Ends the rings. No read may be under way: it would still write to its memory.</summary>
    public void Dispose()
    {
        _ = Unmap(_rings, _ringsLength);
        _ = Unmap(_submissions, _submissionsLength);
        _ = Close(_file);
    }

    private byte* Map(nuint length, nint offset)
    {
        byte* mapped = Map(null, length, ReadAndWrite, SharedAndPopulated, _file, offset);
        return (nint)mapped != Failed ? mapped : throw new Win32Exception($"io_uring's rings were not mapped: {LastError()}");
    }

    private static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    /// <summary>struct io_uring_sqe. The index of the registered buffer is 0, as everything that is not set.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Submission
    {
        [FieldOffset(0)] public byte Operation;
        [FieldOffset(4)] public int File;
        [FieldOffset(8)] public ulong Offset;
        [FieldOffset(16)] public void* Address;
        [FieldOffset(24)] public uint Length;
        [FieldOffset(32)] public ulong Tag;
    }

    /// <summary>struct io_uring_cqe.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private readonly struct Completion
    {
        [FieldOffset(0)] public readonly ulong Tag;
        [FieldOffset(8)] public readonly int Result;
    }
}

using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntzw.h and ndisfile.h: files.</summary>
internal static unsafe class FileExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(ZwCreateFile))]
    public static uint ZwCreateFile(
        NDIS_HANDLE* FileHandle, uint DesiredAccess, OBJECT_ATTRIBUTES* ObjectAttributes, IO_STATUS_BLOCK* IoStatusBlock,
        long* AllocationSize, uint FileAttributes, uint ShareAccess, uint CreateDisposition, uint CreateOptions, void* EaBuffer,
        uint EaLength)
    {
        using var call = NativeCall.Enter(nameof(ZwCreateFile));
        uint status = Open(
            FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, CreateDisposition, nameof(ZwCreateFile),
            out string? name);
        call.Trace($"FileHandle={*FileHandle} DesiredAccess={DesiredAccess} ObjectName={name} "
            + $"CreateDisposition={CreateDisposition} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwOpenFile))]
    public static uint ZwOpenFile(
        NDIS_HANDLE* FileHandle, uint DesiredAccess, OBJECT_ATTRIBUTES* ObjectAttributes, IO_STATUS_BLOCK* IoStatusBlock,
        uint ShareAccess, uint OpenOptions)
    {
        const uint OpenExisting = 1;
        using var call = NativeCall.Enter(nameof(ZwOpenFile));
        uint status = Open(
            FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, OpenExisting, nameof(ZwOpenFile), out string? name);
        call.Trace($"FileHandle={*FileHandle} DesiredAccess={DesiredAccess} ObjectName={name} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwReadFile))]
    public static uint ZwReadFile(
        nint FileHandle, nint Event, void* ApcRoutine, void* ApcContext, IO_STATUS_BLOCK* IoStatusBlock, void* Buffer,
        uint Length, long* ByteOffset, uint* Key)
    {
        using var call = NativeCall.Enter(nameof(ZwReadFile));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(ZwReadFile));
        uint status = NtStatus.InvalidHandle;
        if (Length > int.MaxValue)
        {
            status = NtStatus.InvalidParameter;
        }
        else if (NdisLibrary.Resolve<KernelFile>(new NDIS_HANDLE(FileHandle), nameof(ZwReadFile)) is { } file)
        {
            status = file.Read(new Span<byte>(Buffer, (int)Length), Offset(ByteOffset), out int count);
            *IoStatusBlock = new IO_STATUS_BLOCK { Status = (NTSTATUS)status, Information = (nuint)count };
            SignalDone(context, Event);
        }

        call.Trace($"FileHandle={FileHandle} Buffer={Buffer} Length={Length} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwWriteFile))]
    public static uint ZwWriteFile(
        nint FileHandle, nint Event, void* ApcRoutine, void* ApcContext, IO_STATUS_BLOCK* IoStatusBlock, void* Buffer,
        uint Length, long* ByteOffset, uint* Key)
    {
        using var call = NativeCall.Enter(nameof(ZwWriteFile));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(ZwWriteFile));
        uint status = NtStatus.InvalidHandle;
        if (Length > int.MaxValue)
        {
            status = NtStatus.InvalidParameter;
        }
        else if (NdisLibrary.Resolve<KernelFile>(new NDIS_HANDLE(FileHandle), nameof(ZwWriteFile)) is { } file)
        {
            status = file.Write(new ReadOnlySpan<byte>(Buffer, (int)Length), Offset(ByteOffset));
            bool isDone = status == NtStatus.Success;
            *IoStatusBlock = new IO_STATUS_BLOCK { Status = (NTSTATUS)status, Information = isDone ? Length : 0 };
            SignalDone(context, Event);
        }

        call.Trace($"FileHandle={FileHandle} Buffer={Buffer} Length={Length} ={status}");
        return status;
    }

    /// <summary>FILE_STANDARD_INFORMATION alone.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(ZwQueryInformationFile))]
    public static uint ZwQueryInformationFile(
        nint FileHandle, IO_STATUS_BLOCK* IoStatusBlock, long* FileInformation, uint Length, uint FileInformationClass)
    {
        const uint Standard = 5, StandardSize = 24;
        using var call = NativeCall.Enter(nameof(ZwQueryInformationFile));
        NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(ZwQueryInformationFile));
        uint status = NtStatus.InvalidHandle;
        if (NdisLibrary.Resolve<KernelFile>(new NDIS_HANDLE(FileHandle), nameof(ZwQueryInformationFile)) is { } file)
        {
            status = FileInformationClass != Standard ? NtStatus.InvalidInfoClass
                : Length < StandardSize ? NtStatus.InfoLengthMismatch : NtStatus.Success;
            if (status == NtStatus.Success)
            {
                const long Unit = 4096;
                FileInformation[0] = (file.Length + Unit - 1) / Unit * Unit;
                FileInformation[1] = file.Length;
                // One link; no delete is pending, and it is no directory.
                FileInformation[2] = 1;
                *IoStatusBlock = new IO_STATUS_BLOCK { Information = (nuint)StandardSize };
            }
        }

        call.Trace($"FileHandle={FileHandle} FileInformationClass={FileInformationClass} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisOpenFile))]
    public static void NdisOpenFile(
        NDIS_STATUS* Status, NDIS_HANDLE* FileHandle, uint* FileLength, NDIS_STRING* FileName, long HighestAcceptableAddress)
    {
        using var call = NativeCall.Enter(nameof(NdisOpenFile));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(NdisOpenFile));
        string name = KernelArguments.Text(FileName) ?? "";
        *FileHandle = default;
        *FileLength = 0;
        *Status = NDIS_STATUS_FILE_NOT_FOUND;
        if (DriverFiles.Find(context, nameof(NdisOpenFile), name) is { } path && File.Exists(path))
        {
            try
            {
                byte[] content = File.ReadAllBytes(path);
                *FileHandle = context.Instance.Kernel.Objects.Add(new MappedFile(content, name, context.Driver));
                *FileLength = (uint)content.Length;
                *Status = NDIS_STATUS_SUCCESS;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                context.Instance.WriteLog($"{nameof(NdisOpenFile)}: {failure.Message}");
                *Status = NDIS_STATUS_ERROR_READING_FILE;
            }
        }

        call.Trace($"Status={*Status} FileHandle={*FileHandle} FileLength={*FileLength} FileName={name}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMapFile))]
    public static void NdisMapFile(NDIS_STATUS* Status, void** MappedBuffer, nint FileHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMapFile));
        NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(NdisMapFile));
        *MappedBuffer = null;
        *Status = NDIS_STATUS_FAILURE;
        if (NdisLibrary.Resolve<MappedFile>(new NDIS_HANDLE(FileHandle), nameof(NdisMapFile)) is { } file)
        {
            *Status = file.TryMap() ? NDIS_STATUS_SUCCESS : NDIS_STATUS_ALREADY_MAPPED;
            if (*Status == NDIS_STATUS_SUCCESS) *MappedBuffer = (void*)file.Address;
        }

        call.Trace($"Status={*Status} MappedBuffer={*MappedBuffer} FileHandle={FileHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisUnmapFile))]
    public static void NdisUnmapFile(nint FileHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisUnmapFile));
        NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(NdisUnmapFile));
        NdisLibrary.Resolve<MappedFile>(new NDIS_HANDLE(FileHandle), nameof(NdisUnmapFile))?.Unmap();
        call.Trace($"FileHandle={FileHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCloseFile))]
    public static void NdisCloseFile(nint FileHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisCloseFile));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(NdisCloseFile));
        MappedFile? file = NdisLibrary.Resolve<MappedFile>(new NDIS_HANDLE(FileHandle), nameof(NdisCloseFile));
        if (file is not null && context.Instance.Handles.Remove(file.Handle)) file.Close();
        call.Trace($"FileHandle={FileHandle}");
    }

    private static uint Open(
        NDIS_HANDLE* handle, uint access, OBJECT_ATTRIBUTES* attributes, IO_STATUS_BLOCK* result, uint disposition, string call,
        out string? name)
    {
        *handle = default;
        name = attributes == null ? null : KernelArguments.Text(attributes->ObjectName);
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, call);
        if (name is null || attributes->Length != sizeof(OBJECT_ATTRIBUTES)) return NtStatus.InvalidParameter;
        if (!name.StartsWith('\\')) return NtStatus.ObjectPathSyntaxBad;
        uint status = NtStatus.ObjectNameNotFound;
        uint done = 0;
        if (DriverFiles.IsFile(name) && DriverFiles.Find(context, call, name) is { } path)
        {
            status = KernelFile.Open(path, access, disposition, out FileStream? stream, out done);
            if (stream is not null)
                *handle = context.Instance.Kernel.Objects.Add(new KernelFile(stream, name, context.Driver, call));
        }

        *result = new IO_STATUS_BLOCK { Status = (NTSTATUS)status, Information = (nuint)done };
        return status;
    }

    // FILE_WRITE_TO_END_OF_FILE (-1), and FILE_USE_FILE_POINTER_POSITION (-2), each with -1 in the high half.
    private static long? Offset(long* offset) =>
        offset == null || *offset == -2 ? null : *offset;

    private static void SignalDone(CallContext context, nint handle)
    {
        if (handle == 0 || NdisLibrary.Resolve<ObjectHandle>(new NDIS_HANDLE(handle), "ZwReadFile") is not { } found) return;
        if (found.Target.Type <= DISPATCHER_HEADER.SynchronizationEvent)
            context.Instance.Kernel.Dispatcher.SetEvent((KEVENT*)found.Target.Address);
    }
}

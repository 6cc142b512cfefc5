using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A file that NdisOpenFile opened: its content, in memory until it is closed.</summary>
internal sealed unsafe class MappedFile : KernelHandle
{
    private readonly string _name;
    private int _mapped;

    public MappedFile(byte[] content, string name, Driver owner)
        : base(owner, "NdisOpenFile")
    {
        _name = name;
        void* memory = NativeMemory.Alloc((nuint)Math.Max(1, content.Length));
        content.AsSpan().CopyTo(new Span<byte>(memory, content.Length));
        Address = (nint)memory;
    }

    /// <summary>Where the content is.</summary>
    public nint Address { get; private set; }

    public override string What => $"the file {_name}";

    /// <summary>False where the driver has it mapped already.</summary>
    public bool TryMap() => Interlocked.Exchange(ref _mapped, 1) == 0;

    /// <summary>Ends the mapping.</summary>
    public void Unmap() => Volatile.Write(ref _mapped, 0);

    public override void Close()
    {
        NativeMemory.Free((void*)Address);
        Address = 0;
    }
}

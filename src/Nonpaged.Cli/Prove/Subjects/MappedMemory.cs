using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>Memory of a private mapping of its own.</summary>
internal abstract unsafe class MappedMemory(string name, int flags) : Subject(name)
{
    private nuint _length;
    private nuint _mapped;

    protected override string? TryObtain(nuint length, out byte* start)
    {
        _length = length;
        SysResult reserved = AddressSpace.Reserve(length, HostExtents.HugePage);
        _mapped = reserved.IsError ? 0 : (nuint)reserved.Value;
        start = (byte*)_mapped;
        if (_mapped == 0) return "no address space";
        SysResult mapped = LibC.MMap(
            start, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_FIXED | flags, -1,
            0);
        string? refused = mapped.IsError ? Explain(mapped.Errno) : Finish(start, length);
        if (refused is not null) Release();
        return refused;
    }

    public override void Release()
    {
        if (_mapped != 0) LibC.MUnmap((void*)_mapped, _length);
        _mapped = 0;
    }

    /// <summary>Makes the mapping what it is to be: null, or why that is not possible.</summary>
    protected abstract string? Finish(byte* start, nuint length);

    protected abstract string Explain(Errno errno);
}

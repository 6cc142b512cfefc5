namespace Nonpaged.Ndis;

/// <summary>The families of calls that hand out memory. Each has its own call to give it back.</summary>
internal enum MemoryCall
{
    NdisMemory,
    SharedMemory,
    Local,
    Virtual,
    PhysicalMemory,
}

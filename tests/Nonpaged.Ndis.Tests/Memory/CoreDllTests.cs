using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>LocalAlloc, VirtualAlloc, AllocPhysMem and their companions.</summary>
public sealed unsafe class CoreDllTests
{
    [Theory]
    [InlineData(0u, 32u)]
    [InlineData(1u, 32u)]
    [InlineData(32u, 32u)]
    [InlineData(33u, 64u)]
    [InlineData(100_000u, 100_000u)]
    public void LocalSize_tells_the_true_size_and_all_of_it_can_be_used(uint asked, uint size)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            void* block = LocalAlloc(LMEM_FIXED, asked);
            void* next = LocalAlloc(LPTR, asked);
            Assert.Equal(size, LocalSize(block));
            NativeMemory.Fill(block, LocalSize(block), 0xee);
            Assert.Equal(-1, new Span<byte>(next, (int)asked).IndexOfAnyExcept((byte)0));
            Assert.True(LocalFree(block) == null);
            Assert.True(LocalFree(next) == null);
        });
        bench.AssertAllFree();
    }

    [Fact]
    public void LocalReAlloc_keeps_the_contents_and_zeroes_what_is_new_where_asked()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            // The place it will move to held something before.
            void* old = LocalAlloc(LMEM_FIXED, 4096);
            NativeMemory.Fill(old, 4096, 0xff);
            LocalFree(old);
            void* block = LocalAlloc(LMEM_FIXED, 64);
            NativeMemory.Fill(block, 64, 9);
            Assert.True(LocalReAlloc(block, 4096, LMEM_ZEROINIT) == null);
            Assert.Equal(Win32Error.ERROR_NOT_ENOUGH_MEMORY, GetLastError());
            void* moved = LocalReAlloc(block, 4096, LMEM_MOVEABLE | LMEM_ZEROINIT);
            Assert.Equal(-1, new Span<byte>(moved, 64).IndexOfAnyExcept((byte)9));
            Assert.Equal(-1, new Span<byte>((byte*)moved + 64, 4032).IndexOfAnyExcept((byte)0));
            Assert.True(LocalReAlloc(moved, 10, 0) == moved);
            Assert.True(LocalReAlloc((byte*)moved + 1, 10, 0) == null);
            Assert.True(LocalReAlloc(moved, uint.MaxValue, LMEM_MOVEABLE) == null);
            Assert.Equal(9, *(byte*)moved);
            LocalFree(moved);
        });
        bench.AssertAllFree();
    }

    [Fact]
    public void LocalAlloc_refuses_flags_that_fixed_memory_does_not_have()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            Assert.True(LocalAlloc(LMEM_MOVEABLE, 100) == null);
            Assert.Equal(Win32Error.ERROR_INVALID_PARAMETER, GetLastError());
            Assert.True(LocalAlloc(LMEM_FIXED, 64 << 20) == null);
            Assert.Equal(Win32Error.ERROR_NOT_ENOUGH_MEMORY, GetLastError());
            Assert.Equal(0u, LocalSize((void*)4096));
            Assert.Equal(Win32Error.ERROR_INVALID_HANDLE, GetLastError());
            Assert.True(LocalFree((void*)4096) == (void*)4096);
        });
        bench.AssertAllFree();
    }

    [Fact]
    public void VirtualAlloc_reserves_commits_decommits_and_releases()
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            byte* region = (byte*)VirtualAlloc(null, 100_000, MEM_RESERVE, PAGE_NOACCESS);
            Assert.Equal(0u, (nuint)region % 65536);
            Assert.False(VirtualLock(region, 4096));
            Assert.True(VirtualAlloc(region + 5000, 1, MEM_COMMIT, PAGE_READWRITE) == region + 4096);
            Assert.True(VirtualLock(region + 4096, 4096));
            Assert.True(VirtualUnlock(region + 4096, 4096));
            region[4096] = 77;
            Assert.True(VirtualAlloc(region, 8192, MEM_COMMIT, PAGE_READWRITE) == region);
            Assert.Equal(77, region[4096]);
            Assert.True(VirtualProtect(region, 8192, PAGE_READONLY, out uint old));
            Assert.Equal(PAGE_READWRITE, old);
            Assert.Equal("r--s", PermissionsOf(region));
            Assert.True(VirtualFree(region, 8192, MEM_DECOMMIT));
            Assert.Equal("---s", PermissionsOf(region));
            Assert.True(VirtualAlloc(region, 8192, MEM_COMMIT, PAGE_READWRITE) == region);
            Assert.Equal(0, region[4096]);
            Assert.False(VirtualFree(region, 4096, MEM_RELEASE));
            Assert.False(VirtualFree(region + 4096, 0, MEM_RELEASE));
            Assert.True(VirtualFree(region, 0, MEM_RELEASE));
            Assert.Equal("rw-s", PermissionsOf(region));
        });
        bench.AssertAllFree();
    }

    [Theory]
    [InlineData(0u, 0x1000u, 4u, Win32Error.ERROR_INVALID_PARAMETER)]
    [InlineData(100u, 0u, 4u, Win32Error.ERROR_INVALID_PARAMETER)]
    [InlineData(100u, 0x80000u, 4u, Win32Error.ERROR_INVALID_PARAMETER)]
    [InlineData(100u, 0x1000u, 0x40u, Win32Error.ERROR_INVALID_PARAMETER)]
    [InlineData(100u, 0x1000u, 0x104u, Win32Error.ERROR_INVALID_PARAMETER)]
    [InlineData(100u, 0x1000u, 0x201u, Win32Error.ERROR_INVALID_PARAMETER)]
    [InlineData(1u << 30, 0x1000u, 4u, Win32Error.ERROR_NOT_ENOUGH_MEMORY)]
    public void VirtualAlloc_refuses_what_has_no_meaning_here(uint size, uint type, uint protect, Win32Error error)
    {
        using var bench = new MemoryBench();
        bench.Run(() =>
        {
            Assert.True(VirtualAlloc(null, size, type, protect) == null);
            Assert.Equal(error, GetLastError());
        });
        Assert.NotEmpty(Assert.Single(bench.Lines));
        bench.AssertAllFree();
    }

    [Fact]
    public void AllocPhysMem_gives_contiguous_pages_at_64_KiB_below_4_GiB_with_their_physical_address()
    {
        using var bench = new MemoryBench(ram: 6UL << 30);
        bench.Run(() =>
        {
            void* memory = AllocPhysMem(70_000, PAGE_READWRITE | PAGE_NOCACHE, 0, 0, out uint physical);
            Assert.Equal(0u, physical % 65536);
            Assert.Equal(physical, (uint)MmGetPhysicalAddress(memory).QuadPart);
            PhysicalRange range = Assert.Single(bench.Pool.GetPhysicalRanges(memory, 70_000));
            Assert.True(range.Last!.Value.Value <= uint.MaxValue);
            void* aligned = AllocPhysMem(100, PAGE_READWRITE, 0xfffff, 0, out physical);
            Assert.Equal(0u, physical % (1 << 20));
            Assert.True(AllocPhysMem(0, PAGE_READWRITE, 0, 0, out _) == null);
            Assert.True(AllocPhysMem(100, PAGE_READWRITE, 0x1001, 0, out _) == null);
            Assert.True(AllocPhysMem(100, PAGE_READWRITE, 0, 1, out physical) == null);
            Assert.Equal(0u, physical);
            Assert.True(FreePhysMem(memory));
            Assert.True(FreePhysMem(aligned));
            Assert.False(FreePhysMem(aligned));
        });
        Assert.Equal(NdisReportKind.FreeTwice, bench.TheReport.Kind);
        bench.AssertAllFree();
    }

    private static string PermissionsOf(void* address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] words = line.Split(' ');
            ulong[] range = [.. words[0].Split('-').Select(bound => Convert.ToUInt64(bound, 16))];
            if ((ulong)address >= range[0] && (ulong)address < range[1]) return words[1];
        }

        return "none";
    }
}

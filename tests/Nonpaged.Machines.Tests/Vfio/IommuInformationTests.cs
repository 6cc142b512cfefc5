using System.Buffers.Binary;
using CsCheck;
using Nonpaged.Machines.Vfio;

namespace Nonpaged.Machines.Tests.Vfio;

public sealed class IommuInformationTests(ITestOutputHelper output)
{
    [Fact]
    public void Page_sizes_ranges_and_the_mappings_that_are_left_are_read_from_the_chain()
    {
        var information = IommuInformation.Parse(Information());
        Assert.Equal(0x4020_1000UL, information.PageSizes);
        Assert.Equal([new IovaRange(0, 0xfedf_ffff), new IovaRange(0xfef0_0000, 0x7f_ffff_ffff)], information.Usable);
        Assert.Equal(65535u, information.AvailableMappings);
    }

    [Fact]
    public void A_kernel_that_tells_no_ranges_leaves_the_interrupts_window_out_all_the_same()
    {
        byte[] bytes = Information();
        bytes[4] = 1;
        var information = IommuInformation.Parse(bytes);
        Assert.Null(information.AvailableMappings);
        Assert.DoesNotContain(information.Usable, range => range.Start <= 0xfee0_0000 && range.Last >= 0xfee0_0000);
    }

    [Fact]
    public void A_damaged_chain_is_read_to_its_damage_and_no_further()
    {
        // CsCheck prints the seed of what failed; CsCheck_Seed in the environment repeats it.
        Gen.Select(Gen.Int[0, 95], Gen.Byte).Array[1, 8].Sample(
            changes =>
            {
                byte[] bytes = Information();
                foreach ((int at, byte value) in changes) bytes[at] = value;
                _ = IommuInformation.Parse(bytes);
            },
            iter: 20_000, writeLine: output.WriteLine);
    }

    [Theory]
    [InlineData(
        "DMAR: [DMA Read NO_PASID] Request device [00:04.0] fault addr 0xdead0000 [fault reason 0x06] PTE Read access is not set",
        true)]
    [InlineData("DMAR: [DMA Write] Request device [00:04.0] PASID ffffffff fault addr dead0000 [fault reason 05] PTE Write "
        + "access is not set", true)]
    [InlineData(
        "vfio-pci 0000:00:04.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0xdead0000 flags=0x0000]", true)]
    [InlineData("AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:00:04.0 domain=0x000a address=0xdead0000 flags=0x0000]", true)]
    [InlineData(
        "DMAR: [DMA Read NO_PASID] Request device [00:05.0] fault addr 0xdead0000 [fault reason 0x06] PTE Read access is not set",
        false)]
    [InlineData("DMAR: DRHD: handling fault status reg 2", false)]
    [InlineData("vfio-pci 0000:00:04.0: enabling device (0000 -> 0002)", false)]
    public void A_line_of_the_kernel_s_log_is_a_fault_of_the_card_or_is_not(string line, bool isFault) =>
        Assert.Equal(isFault, IommuFaultLog.IsFaultOf(line, "0000:00:04.0"));

    /// <summary>struct vfio_iommu_type1_info with both capabilities (linux/vfio.h).</summary>
    private static byte[] Information()
    {
        byte[] bytes = new byte[96];
        Put(0, 96);
        Put(4, 3);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), 0x4020_1000);
        Put(16, 24);
        // VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL
        Put(24, 3 | 1 << 16);
        Put(28, 40);
        Put(32, 65535);
        // VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE
        Put(40, 1 | 1 << 16);
        Put(48, 2);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(64), 0xfedf_ffff);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(72), 0xfef0_0000);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(80), 0x7f_ffff_ffff);
        return bytes;

        void Put(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
    }
}

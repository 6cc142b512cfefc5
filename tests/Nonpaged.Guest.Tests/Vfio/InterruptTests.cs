namespace Nonpaged.Guest.Tests.Vfio;

/// <summary>Each kind of interrupt reaches a driver's ISR, once for each cause.</summary>
public sealed class InterruptTests(VfioGuest fixture) : IClassFixture<VfioGuest>
{
    [Theory]
    [InlineData("intx")]
    [InlineData("msi")]
    [InlineData("msi-x")]
    public async Task A_card_interrupts_five_times_and_the_ISR_recognizes_five(string kind)
    {
        string driver = await GuestDriver.PutAsync(fixture.Guest, "probe", "-DINTERRUPT");
        await fixture.BindAsync(VfioGuest.E1000e);
        GuestResult result = await fixture.Guest.RunAsync(
            $"nonpaged run {driver} --machine vfio --device {VfioGuest.E1000e} --interrupt {kind} 2>&1");
        Assert.Contains("interrupts: 5\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_that_the_card_does_not_have_is_refused()
    {
        await fixture.BindAsync(VfioGuest.Rtl8139);
        GuestResult result = await fixture.Guest.RunAsync(
            $"nonpaged run --machine vfio --device {VfioGuest.Rtl8139} --interrupt msi --json 2>/dev/null");
        Assert.Contains(
            "has no interrupt of the kind",
            result.Json.GetProperty("failure").GetProperty("reason").GetString(),
            StringComparison.Ordinal);
    }
}

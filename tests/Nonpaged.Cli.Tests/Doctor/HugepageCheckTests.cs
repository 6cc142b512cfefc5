namespace Nonpaged.Cli.Tests.Doctor;

public sealed class HugepageCheckTests
{
    private const string Pool = "/sys/kernel/mm/hugepages/hugepages-2048kB";
    private const string Giant = "/sys/kernel/mm/hugepages/hugepages-1048576kB";

    [Fact]
    public void Hugepages_that_nobody_has_a_claim_on_are_enough()
    {
        using FakeSystem system = new FakeSystem().Write($"{Pool}/nr_hugepages", 8)
            .Write($"{Pool}/free_hugepages", 5)
            .Write($"{Pool}/resv_hugepages", 2);
        Assert.Equal("3 free of 8 in the pool", system.Check("hugepages of 2 MiB", CheckStatus.Ok).Found);
    }

    [Fact]
    public void Reserved_hugepages_do_not_count_as_free_and_the_command_adds_to_those_that_are_there()
    {
        using FakeSystem system = new FakeSystem().Write($"{Pool}/nr_hugepages", 8)
            .Write($"{Pool}/free_hugepages", 2)
            .Write($"{Pool}/resv_hugepages", 2);
        Assert.Equal($"echo 520 | sudo tee {Pool}/nr_hugepages", system.Check("hugepages of 2 MiB", CheckStatus.Warn).Remedy);
    }

    [Fact]
    public void Root_needs_no_sudo()
    {
        using var system = new FakeSystem { IsRoot = true };
        system.Write($"{Pool}/nr_hugepages", 0);
        Assert.Equal($"echo 512 | tee {Pool}/nr_hugepages", system.Check("hugepages of 2 MiB", CheckStatus.Warn).Remedy);
    }

    [Fact]
    public void A_kernel_without_them_is_told()
    {
        using var system = new FakeSystem();
        Assert.Null(system.Check("hugepages", CheckStatus.Missing).Remedy);
    }

    [Theory]
    [InlineData(0, CheckStatus.Warn)]
    [InlineData(256, CheckStatus.Ok)]
    public void Hugepages_on_demand_are_those_that_the_setting_allows(long most, object status)
    {
        using FakeSystem system = new FakeSystem().Write($"{Pool}/nr_overcommit_hugepages", most)
            .Write($"{Pool}/surplus_hugepages", 7);
        Check check = system.Check("hugepages on demand", (CheckStatus)status);
        Assert.Equal($"at most {most} of 2 MiB (nr_overcommit_hugepages), 7 in use", check.Found);
        Assert.Equal(most > 0 ? null : $"echo 4096 | sudo tee {Pool}/nr_overcommit_hugepages", check.Remedy);
    }

    [Fact]
    public void Pages_of_1_GiB_are_there_or_can_be_reserved_or_the_processor_has_none()
    {
        using FakeSystem system = new FakeSystem().Write($"{Pool}/nr_hugepages", 0);
        system.Check("hugepages of 1 GiB", CheckStatus.Missing);
        system.Write($"{Giant}/nr_hugepages", 0);
        Assert.Equal($"echo 1 | sudo tee {Giant}/nr_hugepages", system.Check("hugepages of 1 GiB", CheckStatus.Warn).Remedy);
        system.Write($"{Giant}/nr_hugepages", 1).Write($"{Giant}/free_hugepages", 1);
        system.Check("hugepages of 1 GiB", CheckStatus.Ok);
        Assert.StartsWith("at most 0 of 1 GiB", system.Check("1 GiB on demand", CheckStatus.Ok).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_container_the_command_is_said_to_be_for_the_node()
    {
        using FakeSystem system = new FakeSystem().Write($"{Pool}/nr_hugepages", 0)
            .Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Contains("for the node", system.Check("hugepages of 2 MiB", CheckStatus.Warn).Meaning, StringComparison.Ordinal);
    }
}

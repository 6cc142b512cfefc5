namespace Nonpaged.Cli.Tests.Doctor;

public sealed class ContainerTests
{
    [Fact]
    public void A_machine_with_nothing_of_a_container_is_none()
    {
        using var system = new FakeSystem();
        Assert.Equal(ContainerKind.None, system.Look().Container.Kind);
        Assert.Equal("none, no seccomp filter", system.Check("container", CheckStatus.Ok).Found);
    }

    [Theory]
    [InlineData("/.dockerenv", "Docker")]
    [InlineData("/run/.containerenv", "Podman")]
    [InlineData("/run/systemd/container", "Other")]
    public void A_runtime_is_known_by_the_file_that_it_leaves(string file, string kind)
    {
        using FakeSystem system = new FakeSystem().Write(file, "");
        Assert.Equal(kind, $"{system.Look().Container.Kind}");
    }

    [Theory]
    [InlineData("0::/kubepods/besteffort/pod1/x", "Kubernetes")]
    [InlineData("0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-1.scope", "Kubernetes")]
    [InlineData("4:memory:/docker/0123", "Docker")]
    [InlineData("0::/machine.slice/libpod-1.scope", "Podman")]
    [InlineData("0::/lxc.payload.x", "Other")]
    [InlineData("0::/user.slice/user-1000.slice", "None")]
    public void A_runtime_is_known_by_its_control_group(string groups, string kind)
    {
        using FakeSystem system = new FakeSystem().Write("/proc/self/cgroup", groups);
        Assert.Equal(kind, $"{system.Look().Container.Kind}");
    }

    [Fact]
    public void A_pod_is_known_by_its_variable_whatever_runtime_it_has()
    {
        using FakeSystem system = new FakeSystem().Write("/.dockerenv", "")
            .Process(seccomp: 2)
            .Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Check check = system.Check("container", CheckStatus.Ok);
        Assert.Equal("Kubernetes, with a seccomp filter", check.Found);
        Assert.Contains("for the node", check.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_of_a_runtime_that_leaves_nothing_is_known_by_its_namespaces()
    {
        using FakeSystem system = new FakeSystem().Link("/proc/self/ns/ipc", "ipc:[4026532201]")
            .Link("/proc/self/ns/uts", "uts:[4026532200]").Link("/proc/self/ns/cgroup", "cgroup:[4026532202]");
        Assert.Equal(ContainerKind.None, system.Look().Container.Kind);
        Assert.Equal(ContainerKind.Other, system.Link("/proc/self/ns/pid", "pid:[4026532203]").Look().Container.Kind);
    }

    [Fact]
    public void A_machine_that_was_made_from_a_container_s_image_is_none()
    {
        using FakeSystem system = new FakeSystem().Write("/.dockerenv", "")
            .Link("/proc/self/ns/ipc", "ipc:[4026531839]")
            .Link("/proc/self/ns/uts", "uts:[4026531838]")
            .Link("/proc/self/ns/pid", "pid:[4026531836]");
        Assert.Equal(ContainerKind.Docker, system.Look().Container.Kind);
        system.Link("/proc/self/ns/cgroup", "cgroup:[4026531835]");
        Assert.Equal(ContainerKind.None, system.Look().Container.Kind);
        // A pod that shares the namespaces of its node is a pod all the same.
        Assert.Equal(ContainerKind.Kubernetes, system.Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1").Look().Container.Kind);
    }
}

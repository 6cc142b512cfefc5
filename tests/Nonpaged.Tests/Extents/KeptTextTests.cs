using Nonpaged.Interop;
using Nonpaged.Tests.Faults;

namespace Nonpaged.Tests.Extents;

[Collection("host memory")]
public sealed class KeptTextTests
{
    [Fact]
    public void A_number_is_read_anew_each_time()
    {
        Host.SkipUnlessRoot();
        var text = new KeptText(Host.Overcommit);
        using (new HostSetting(Host.Overcommit, 3)) Assert.Equal(3UL, text.TryReadNumber());
        using (new HostSetting(Host.Overcommit, 5)) Assert.Equal(5UL, text.TryReadNumber());
        text.Close();
    }

    [Fact]
    public void A_file_that_comes_later_is_found()
    {
        string path = Path.Combine(Path.GetTempPath(), $"nonpaged-kept-{Environment.ProcessId}");
        var text = new KeptText(path);
        Assert.Null(text.TryReadNumber());
        File.WriteAllText(path, "42\n");
        Assert.Equal(42UL, text.TryReadNumber());
        File.Delete(path);
        text.Close();
        Assert.Null(text.TryReadNumber());
    }

    [Fact]
    public void A_descriptor_that_answers_no_more_is_opened_again()
    {
        var text = new KeptText("/proc/sys/vm/max_map_count");
        ulong? number = text.TryReadNumber();
        Assert.NotNull(number);
        // What a removed control group answers.
        using var hook = new FaultHook("pread", 1, Errno.ENODEV);
        Assert.Equal(number, text.TryReadNumber());
        Assert.Equal(1, hook.Counts["open"]);
        text.Close();
    }

    [Fact]
    public void The_limits_of_control_groups_are_read_through_the_same_descriptors()
    {
        ControlGroups.Least();
        using var hook = new FaultHook();
        ControlGroups.Least(isFresh: true);
        int levels = hook.Counts["pread"] - 1;
        // A level without such a file, as the root of version 2, is tried again.
        Assert.InRange(hook.Counts.GetValueOrDefault("open"), 0, int.Max(1, levels));
        ControlGroups.Close();
        ControlGroups.Least();
        Assert.True(hook.Counts["open"] > levels, "The descriptors were not given back.");
    }

    [Fact]
    public void The_limits_of_control_groups_are_read_again_when_they_were_read_long_ago_and_for_a_refusal()
    {
        using var hook = new FaultHook();
        int ofAll = Reads(() => ControlGroups.Least(isFresh: true));
        // The machine may be so busy that it is long ago the next moment.
        int ofUse = Enumerable.Range(0, 20).Min(_ =>
        {
            ControlGroups.Least(isFresh: true);
            return Reads(() => ControlGroups.Least());
        });
        Assert.True(ofAll > ofUse);
        Thread.Sleep(ControlGroups.KeptFor + 20);
        Assert.InRange(Reads(() => ControlGroups.Least()), ofUse + 1, int.MaxValue);
        // More than there is, which /proc/meminfo says, once and once more.
        Assert.InRange(Reads(() => Assert.NotNull(HostMemory.Refuse(nuint.MaxValue >> 1))), 2, int.MaxValue);

        int Reads(Action look)
        {
            int before = hook.Counts.GetValueOrDefault("pread");
            look();
            return hook.Counts.GetValueOrDefault("pread") - before;
        }
    }
}

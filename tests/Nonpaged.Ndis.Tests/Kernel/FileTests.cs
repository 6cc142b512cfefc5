namespace Nonpaged.Ndis.Tests.Kernel;

/// <summary>Files of drivers: names and offsets that no file has.</summary>
public sealed class FileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-files-");
    private readonly string? _before = Environment.GetEnvironmentVariable(DriverFiles.Variable);

    public FileTests() => Environment.SetEnvironmentVariable(DriverFiles.Variable, _folder.FullName);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(DriverFiles.Variable, _before);
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(@"\??\C:\..\file")]
    [InlineData(@"\??\..:\file")]
    [InlineData(@"\??\C:\.:\file")]
    [InlineData(@"\??\C:\a/../../file")]
    [InlineData("\\??\\C:\\a\0b")]
    public void A_name_that_is_none_or_leads_out_of_the_folder_finds_nothing(string name)
    {
        using var bench = new KernelBench();
        Assert.Null(DriverFiles.Find(bench.Context, "ZwCreateFile", name));
    }

    [Fact]
    public void Offsets_that_no_file_has_and_a_file_that_was_closed_are_a_status()
    {
        using var bench = new KernelBench();
        string path = Path.Combine(_folder.FullName, "file");
        Assert.Equal(NtStatus.Success, KernelFile.Open(path, 0x4000_0000, 2, out FileStream? stream, out _));
        var file = new KernelFile(stream!, path, bench.Driver, "ZwCreateFile");
        Assert.Equal(NtStatus.Success, file.Write([1, 2, 3], -1));
        Assert.Equal(NtStatus.InvalidParameter, file.Write([1], -3));
        Assert.Equal(NtStatus.InvalidParameter, file.Read(new byte[1], -1, out _));
        Assert.False(NtStatus.IsSuccess(file.Write([1], long.MaxValue)));
        Assert.Equal(3, file.Length);
        file.Close();
        Assert.False(NtStatus.IsSuccess(file.Read(new byte[1], 0, out _)));
        Assert.Equal(0, file.Length);
        Assert.Equal(NtStatus.ObjectNameInvalid, KernelFile.Open($"{path}\0", 0, 2, out _, out _));
    }
}

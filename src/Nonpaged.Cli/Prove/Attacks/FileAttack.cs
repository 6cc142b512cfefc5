using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// An attack through the file that memory is a mapping of, opened again as another process of the same user may.
/// </summary>
internal abstract class FileAttack(string name) : SingleAttack(name)
{
    protected override Strike On(Subject subject)
    {
        IReadOnlyList<string> files = subject.Files;
        if (files.Count == 0) return Strike.Skipped("has no file");
        var refusals = new List<Errno>();
        foreach (string path in files)
        {
            SysResult opened = LibC.OpenForWriting(path, out SafeFileHandle file);
            using (file) refusals.Add(opened.IsError ? opened.Errno : On(file, RandomAccess.GetLength(file)).Errno);
        }

        return Strike.Done(Refused(refusals));
    }

    protected abstract SysResult On(SafeFileHandle file, long length);

    protected static string? Refused(IEnumerable<Errno> answers)
    {
        Errno[] refusals = [.. answers.Where(answer => answer != Errno.None).Distinct()];
        return refusals.Length == 0 ? null : $"refused: {string.Join(", ", refusals)}";
    }
}

using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    // The C library's structures are opaque and differ between C libraries (glibc on x86-64: 336 and 80 bytes, sigset_t 128;
    // musl has the same sigset_t and smaller ones for the rest), so the room here is generous; a test compares it with the C
    // compiler's sizeof.
    public const int SpawnAttributesRoom = 1024;
    public const int SpawnFileActionsRoom = 512;
    public const int SignalSetRoom = 256;

    /// <summary>
    /// The child's session is its own: no terminal's signal reaches it (posix_spawnattr_setflags(3), a GNU extension).
    /// </summary>
    public const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>The signals of the attributes' set get their default action.</summary>
    public const short POSIX_SPAWN_SETSIGDEF = 0x04;

    /// <summary>The signal mask is the attributes' one.</summary>
    public const short POSIX_SPAWN_SETSIGMASK = 0x08;

    private const int SignalCount = 31;

    /// <summary>
    /// Starts a program in a session of its own, with no signal blocked or ignored, and gives it the descriptors listed: the
    /// first becomes its descriptor 0, and so on; it gets no others. The value is the child's process id.
    /// </summary>
    /// <param name="path">The program's file; no search is done.</param>
    /// <param name="arguments">argv, its first element included.</param>
    /// <param name="environment">NAME=value, each.</param>
    /// <param name="descriptors">
    /// What becomes descriptor 0, 1, ... None may have a number below their count, so that no copy overwrites one that is
    /// still to be copied: see <see cref="DuplicateAbove"/>.
    /// </param>
    public static SysResult Spawn(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, ReadOnlySpan<int> descriptors)
    {
        if (Fails("posix_spawn", out SysResult injected)) return injected;
        using var argv = new CStringArray(arguments);
        using var envp = new CStringArray(environment);
        using var file = new CStringArray([path]);
        byte* actions = stackalloc byte[SpawnFileActionsRoom];
        byte* attributes = stackalloc byte[SpawnAttributesRoom];

        // These functions return the error number instead of setting errno (posix_spawn(3)).
        if (posix_spawn_file_actions_init(actions) is var noActions and not 0) return new SysResult(-noActions);
        try
        {
            if (posix_spawnattr_init(attributes) is var noAttributes and not 0) return new SysResult(-noAttributes);
            try
            {
                int error = SetOwnSession(attributes);
                for (int i = 0; error == 0 && i < descriptors.Length; i++)
                    error = posix_spawn_file_actions_adddup2(actions, descriptors[i], i);

                if (error == 0) error = CloseFrom(actions, descriptors.Length);

                int pid = 0;
                if (error == 0) error = posix_spawn(&pid, file.Pointer[0], actions, attributes, argv.Pointer, envp.Pointer);
                return new SysResult(error == 0 ? pid : -error);
            }
            finally
            {
                _ = posix_spawnattr_destroy(attributes);
            }
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
        }
    }

    private static int SetOwnSession(byte* attributes)
    {
        // The runtime ignores SIGPIPE, and an ignored signal stays ignored across exec (signal(7)).
        byte* defaults = stackalloc byte[SignalSetRoom];
        byte* mask = stackalloc byte[SignalSetRoom];
        _ = sigemptyset(defaults);
        _ = sigemptyset(mask);
        for (int signal = 1; signal <= SignalCount; signal++) _ = sigaddset(defaults, signal);

        int error = posix_spawnattr_setsigdefault(attributes, defaults);
        if (error == 0) error = posix_spawnattr_setsigmask(attributes, mask);
        if (error == 0)
        {
            const short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
            error = posix_spawnattr_setflags(attributes, flags);
        }

        return error;
    }

    // Our own descriptors are CLOEXEC, but those that this process was started with need not be.
    private static int CloseFrom(byte* actions, int first)
    {
        try
        {
            return posix_spawn_file_actions_addclosefrom_np(actions, first);
        }
        catch (EntryPointNotFoundException)
        {
            // Before glibc 2.34, and in musl: a foreign descriptor that is not CLOEXEC passes on, as it does to any child.
            return 0;
        }
    }

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int first);

    [LibraryImport(Library)]
    private static partial int posix_spawn(int* pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int descriptor, int target);

    [LibraryImport(Library)]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport(Library)]
    private static partial int sigemptyset(byte* signals);

    [LibraryImport(Library)]
    private static partial int sigaddset(byte* signals, int signal);
}

using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>The socket of a run, and the command that uses it: for as long as the run's adapters are up.</summary>
internal sealed class DeviceDoor : IDisposable
{
    private readonly DeviceAccess _access;
    private readonly DirectoryInfo? _folder;
    private readonly DeviceSocket _socket;

    private DeviceDoor(DeviceAccess access, DirectoryInfo? folder, DeviceSocket socket) =>
        (_access, _folder, _socket) = (access, folder, socket);

    /// <summary>Makes the socket, before the drivers start; null where none was asked for.</summary>
    /// <exception cref="CommandException">It cannot be made.</exception>
    public static DeviceDoor? Open(DeviceAccess? access, NdisInstance instance)
    {
        if (access is null) return null;
        DirectoryInfo? folder = access.Path is null ? Directory.CreateTempSubdirectory("nonpaged-devices-") : null;
        string path = access.Path ?? System.IO.Path.Combine(folder!.FullName, "socket");
        try
        {
            return new DeviceDoor(access, folder, DeviceSocket.Listen(instance, path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            folder?.Delete(recursive: true);
            throw new CommandException(
                failure.Message.Split(" (Parameter")[0], "a socket of this run alone", "nonpaged run ... --devices OTHER-PATH",
                FailureKind.Other);
        }
    }

    public string Path => _socket.Path;

    /// <summary>
    /// What is waited for until the drivers are halted: the command, where there is one. A command that fails, fails the run.
    /// </summary>
    /// <param name="otherwise">How long without a command.</param>
    /// <param name="ended">Ends the command, too.</param>
    public async Task UseAsync(TimeSpan otherwise, CancellationToken ended)
    {
        if (_access.Command is not { } command)
        {
            await Task.Delay(otherwise, ended);
            return;
        }

        using var shell = ShellCommand.Start(command, $"{DeviceSocket.PathVariable}={_socket.Path}");
        int code = await shell.WaitAsync(ended);
        ended.ThrowIfCancellationRequested();
        if (code == 0) return;
        throw new CommandException(
            $"The command of --exec ended with exit code {code}: {command}", "exit code 0", "run it again with --trace",
            FailureKind.Other);
    }

    /// <summary>Closes what programs have open, and removes the socket. A second call does nothing.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        if (_folder is not null && Directory.Exists(_folder.FullName)) _folder.Delete(recursive: true);
    }
}

namespace NodeManager.Sandbox.Http;

/// <summary>Files that only their user may read.</summary>
internal static class PrivateFile
{
    /// <summary>Written beside and moved into place: what stood there keeps neither its rights nor half of its content.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent) Directory.CreateDirectory(parent);
        string draft = path + "." + Path.GetRandomFileName();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options)) stream.Write(content);
        File.Move(draft, path, overwrite: true);
    }
}

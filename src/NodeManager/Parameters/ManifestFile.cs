namespace NodeManager.Parameters;

internal static class ManifestFile
{
    /// <exception cref="NodeManagerException">ManifestInvalid.</exception>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.ManifestInvalid,
                ErrorKind.ObjectNotFound,
                $"Cannot read the manifest '{path}': {exception.Message}",
                path,
                "Check the path and your permissions.",
                exception
            );
        }
    }
}

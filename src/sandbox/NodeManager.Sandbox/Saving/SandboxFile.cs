using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodeManager.Sandbox.Http;

namespace NodeManager.Sandbox.Saving;

/// <summary>
/// A saved cluster: compressed lines of JSON with a header, the objects with their resourceVersions, and a checksum. Mode 0600, written
/// atomically.
/// </summary>
public static class SandboxFile
{
    private const string Checksum = "sha256";

    /// <param name="objects">A consistent snapshot.</param>
    /// <param name="includeSecrets">Without it, only names and keys of Secrets.</param>
    internal static void Write(SavedHeader header, IReadOnlyList<StoredObject> objects, string path, bool includeSecrets, bool replace)
    {
        if (!replace && File.Exists(path))
        {
            throw new NodeManagerException(
                ErrorIds.SandboxFileExists,
                ErrorKind.ResourceExists,
                $"'{path}' is there already.",
                path,
                "Take another path, or -Force to replace it."
            );
        }

        try
        {
            PrivateFile.Write(
                path,
                replace,
                file =>
                {
                    using var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
                    Write(header, objects, zip, includeSecrets);
                }
            );
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.SandboxFileNotWritten,
                ErrorKind.ResourceUnavailable,
                $"'{path}' cannot be written: {fault.Message}",
                path,
                "See that the folder is there and may be written to.",
                fault
            );
        }
    }

    public static SavedCluster Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var zip = new GZipStream(file, CompressionMode.Decompress);
            using var lines = new StreamReader(zip, Encoding.UTF8);
            return Read(lines, path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.SandboxFileNotFound,
                ErrorKind.ObjectNotFound,
                $"'{path}' cannot be read: {fault.Message}",
                path,
                null,
                fault
            );
        }
        catch (Exception fault)
            when (fault is InvalidDataException or IOException or JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged(path, fault.Message, fault);
        }
    }

    private static void Write(SavedHeader header, IReadOnlyList<StoredObject> objects, Stream into, bool includeSecrets)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        WriteLine(JsonSerializer.SerializeToUtf8Bytes(header, SavedJson.Default.SavedHeader));
        foreach (StoredObject item in objects)
        {
            ReadOnlyMemory<byte> document = item.Kind == BuiltInKinds.Secrets && !includeSecrets ? Blank(item) : item.Json;
            WriteLine([
                .. Encoding.UTF8.GetBytes(
                    $"{{\"group\":\"{item.Kind.Group}\",\"plural\":\"{item.Kind.Plural}\",\"version\":{item.Version},\"document\":"
                ),
                .. document.Span,
                .. Encoding.UTF8.GetBytes($",\"owners\":{item.Owners.ToJson().ToJsonString()}}}"),
            ]);
        }

        into.Write(Encoding.ASCII.GetBytes($"{{\"{Checksum}\":\"{Convert.ToHexStringLower(hash.GetHashAndReset())}\"}}\n"));

        void WriteLine(byte[] line)
        {
            byte[] whole = [.. line, (byte)'\n'];
            hash.AppendData(whole);
            into.Write(whole);
        }
    }

    private static ReadOnlyMemory<byte> Blank(StoredObject secret)
    {
        JsonObject document = secret.ToJson();
        foreach (string member in (string[])["data", "stringData"])
        {
            if (document.Object(member) is not { } values)
                continue;
            foreach (string key in values.Select(static pair => pair.Key).ToArray())
                values[key] = "";
        }

        document.Object("metadata").Object("annotations")?.Remove("kubectl.kubernetes.io/last-applied-configuration");
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static SavedCluster Read(StreamReader lines, string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        SavedHeader header = JsonSerializer.Deserialize(Next() ?? "", SavedJson.Default.SavedHeader)!;
        if (header.Format != SavedHeader.FormatName)
            throw Damaged(path, "it is not a saved sandbox", null);
        if (header.FormatVersion > SavedHeader.CurrentVersion)
            throw Damaged(path, $"it is of format {header.FormatVersion}, of a newer NodeManager", null);
        List<SavedObject> objects = [];
        for (int i = 0; i < header.Objects; i++)
        {
            JsonObject line = JsonNode
                .Parse(Next() ?? throw Damaged(path, $"it ends after {i} of {header.Objects} objects", null))!
                .AsObject();
            objects.Add(
                new(
                    line.Text("group")!,
                    line.Text("plural")!,
                    line.Number("version")!.Value,
                    line.Object("document")!.DeepClone().AsObject(),
                    line["owners"]?.DeepClone()
                )
            );
        }

        string sum = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (lines.ReadLine() is not { } last || JsonNode.Parse(last)!.AsObject().Text(Checksum) != sum)
            throw Damaged(path, "its checksum does not fit its content", null);
        return new(header, objects);

        string? Next()
        {
            string? line = lines.ReadLine();
            if (line is not null)
                hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            return line;
        }
    }

    private static NodeManagerException Damaged(string path, string why, Exception? fault) =>
        new(
            ErrorIds.SandboxFileDamaged,
            ErrorKind.InvalidData,
            $"'{path}' cannot be restored: {why.TrimEnd('.')}.",
            path,
            "Take another copy of the file, or export the cluster again.",
            fault
        );
}

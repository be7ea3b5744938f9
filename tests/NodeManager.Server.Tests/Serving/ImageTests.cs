using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Server.Tests.Serving;

/// <summary>The image that <c>deploy/image/build.sh</c> writes. Takes minutes and fetches packages, so it runs where NODEMANAGER_IMAGE is 1.</summary>
public sealed class ImageTests(ITestOutputHelper output) : IDisposable
{
    private const long Limit = 75_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nodemanager-image-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task The_image_is_small_reproducible_and_runs_without_root_and_shell()
    {
        Skip.IfNot(
            Environment.GetEnvironmentVariable("NODEMANAGER_IMAGE") == "1",
            "The image is built where NODEMANAGER_IMAGE is 1, on Debian or Ubuntu."
        );
        string first = await BuildAsync("first.tar"),
            second = await BuildAsync("second.tar");

        Assert.InRange(new FileInfo(first).Length, 1, Limit);
        byte[] archive = await File.ReadAllBytesAsync(first),
            again = await File.ReadAllBytesAsync(second);
        Assert.True(archive.SequenceEqual(again), "Two builds gave different archives.");
        Dictionary<string, byte[]> blobs = Read(archive);
        JsonNode manifest = Blob(blobs, JsonNode.Parse(blobs["index.json"])!["manifests"]![0]!),
            config = Blob(blobs, manifest["config"]!);
        Assert.Equal("1654:1654", (string?)config["config"]!["User"]);
        Assert.Equal("/app/NodeManager.Server", (string?)config["config"]!["Entrypoint"]![0]);
        string[] files =
        [
            .. manifest["layers"]!
                .AsArray()
                .SelectMany(layer =>
                {
                    using GZipStream unzipped = new(new MemoryStream(blobs[PathOf(layer!)]), CompressionMode.Decompress);
                    using MemoryStream whole = new();
                    unzipped.CopyTo(whole);
                    return Read(whole.ToArray()).Keys;
                }),
        ];
        output.WriteLine($"{files.Length} files, {new FileInfo(first).Length / 1e6:0.0} MB");
        Assert.Contains("app/NodeManager.Server", files);
        Assert.Contains("app/console/index.html", files);
        Assert.Contains("etc/ssl/certs/ca-certificates.crt", files);
        Assert.Contains("usr/share/zoneinfo/Europe/Zurich", files);
        Assert.DoesNotContain(files, static file => file.StartsWith("usr/bin/", StringComparison.Ordinal) || file.Contains("libicu"));
    }

    private async Task<string> BuildAsync(string name)
    {
        string file = Path.Combine(_folder.FullName, name);
        ProcessRun build = await ProcessRun.RunAsync(
            new("bash", [Path.Combine(RepositoryFolder.Path, "deploy", "image", "build.sh"), "-o", file]),
            TimeSpan.FromMinutes(10)
        );
        Assert.True(build.ExitCode == 0, build.Errors);
        return file;
    }

    private static string PathOf(JsonNode descriptor) => $"blobs/sha256/{((string)descriptor["digest"]!).Split(':')[1]}";

    private static JsonNode Blob(Dictionary<string, byte[]> blobs, JsonNode descriptor) => JsonNode.Parse(blobs[PathOf(descriptor)])!;

    private static Dictionary<string, byte[]> Read(byte[] archive)
    {
        Dictionary<string, byte[]> files = [];
        using TarReader reader = new(new MemoryStream(archive));
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.SymbolicLink))
                continue;
            using MemoryStream data = new();
            entry.DataStream?.CopyTo(data);
            files[entry.Name.TrimStart('.', '/')] = data.ToArray();
        }

        return files;
    }
}

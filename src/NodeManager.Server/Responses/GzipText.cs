namespace NodeManager.Server.Responses;

/// <summary>A text, compressed once when the first response needs it. Immutable.</summary>
internal sealed class GzipText
{
    private readonly Lazy<GzipPart> _compressed;

    public GzipText(ReadOnlyMemory<byte> text)
    {
        Text = text;
        _compressed = new(() => GzipPart.Of(Text.Span));
    }

    public ReadOnlyMemory<byte> Text { get; }

    public GzipPart Compressed => _compressed.Value;
}

namespace NodeManager.Formats;

/// <summary>The part of <c>$PSStyle</c> that views use: SGR parameters of ECMA-48.</summary>
public sealed class CellStyle
{
    internal CellStyle(Func<string, string> mark)
    {
        Reset = mark("0");
        Bold = mark("1");
        Foreground = new(mark);
    }

    public string Reset { get; }

    public string Bold { get; }

    public CellColors Foreground { get; }
}

public sealed class CellColors
{
    internal CellColors(Func<string, string> mark)
    {
        Red = mark("31");
        Green = mark("32");
        Yellow = mark("33");
        Magenta = mark("35");
        Cyan = mark("36");
        BrightBlack = mark("90");
    }

    public string Red { get; }

    public string Green { get; }

    public string Yellow { get; }

    public string Magenta { get; }

    public string Cyan { get; }

    public string BrightBlack { get; }
}

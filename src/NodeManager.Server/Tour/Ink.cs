namespace NodeManager.Server.Tour;

/// <summary>SGR parameters of ECMA-48.</summary>
internal enum Ink
{
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
}

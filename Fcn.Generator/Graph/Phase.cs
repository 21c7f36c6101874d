namespace Fcn.Generator.Graph;

/// What a graph has been through; each phase allows less than the one before.
internal enum Phase
{
    /// Spelled out in ops; Join and Align stand where maps meet.
    Desugared,

    /// Every crop is known.
    Aligned,

    /// A wide pad is computed once: Repeat may stand.
    Collapsed,

    /// What one mode needs: labels, scores, or loss and gradients as outputs; nothing dead.
    Mode,

    /// Elementwise ops ride on what yields their input.
    Fused,
}

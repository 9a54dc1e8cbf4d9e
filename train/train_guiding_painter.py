"""Train GuidingPainter: f, h and g end to end against D, as in Sec. 3 of the paper.

    accelerate launch train/train_guiding_painter.py --train_data_dir my_comic --output_dir my-comic

The result opens with `GuidingPainterPipeline.from_pretrained("my-comic")`. With `--pretrained_model_name_or_path none
--model_config paper`, networks, losses, G and tau are the paper's; `--ink_aware`, `--lambda_mse`, `--lambda_prefix` and
networks over cells are ours.
"""

from contextlib import closing

from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from arguments import errors_in_one_sentence
from checkpoints import (
    averaged,
    checkpoint_to_resume,
    load_checkpoint,
    make_output_dir,
    painter_of,
    save_checkpoint,
    save_pipeline,
    step_of,
)
from finish import finish
from hub import hub_repository
from pictures.pairs import SketchColorPairs
from preparation import arrange, choose_palette, counted, load_data, load_networks, make_generator, start_accelerator
from progress import Progress
from settings import Settings, parse_settings
from updates import learning_rate, prepare, scheduled, train_step


def train(
    step: int,
    loader: DataLoader,
    networks: tuple,
    optimizers: list,
    ema: AveragedModel,
    held_back: SketchColorPairs,
    progress: Progress,
    settings: Settings,
) -> None:
    """From update `step` to the last one; every so many updates, and at the end, it is saved and measured."""
    accelerator, last = progress.accelerator, settings.max_train_steps
    discriminator = accelerator.unwrap_model(networks[1])
    if step == last:  # it was killed after that one
        save_pipeline(painter_of(ema), discriminator, settings)
        progress.validate(ema, held_back, step)
    for done, tau, batch in scheduled(step, loader, optimizers, accelerator, settings):
        with progress.throughput.count_once():
            losses = train_step(batch, networks, optimizers, accelerator, tau, settings)
        progress.add(losses, batch["skipped"])
        if not accelerator.sync_gradients:
            continue
        step = done + 1
        ema.update_parameters(accelerator.unwrap_model(networks[0]))
        progress.log(step, learning_rate(done, settings))
        if step % settings.checkpointing_steps == 0 or step == last:
            save_checkpoint(accelerator, ema, settings.output_dir, step, settings.checkpoints_total_limit)
            save_pipeline(painter_of(ema), discriminator, settings)
        if step % settings.validation_steps == 0 or step == last:
            progress.validate(ema, held_back, step)


def main(argv: list[str] | None = None) -> None:
    asked = parse_settings(__doc__.split("\n\n")[0], argv)
    with errors_in_one_sentence():
        accelerator = start_accelerator(asked)
        segmentation, colorization, discriminator = load_networks(asked)
        pictures, held_back = load_data(asked, accelerator.num_processes)
        settings = counted(asked, None if asked.streaming else len(pictures), accelerator.num_processes)
        last = settings.max_train_steps
        checkpoint = checkpoint_to_resume(settings.resume_from_checkpoint, settings.output_dir, last)
        repository = hub_repository(accelerator, settings)
        make_output_dir(settings.output_dir)
    step = step_of(checkpoint)

    if settings.start.over_cells and settings.start.folder is None:
        choose_palette(colorization, pictures)
    arrange((segmentation, colorization, discriminator), settings)
    generator = make_generator(segmentation, colorization, settings)
    ema = averaged(generator, settings.ema_decay, accelerator.device)
    loader, networks, optimizers = prepare(step, generator, discriminator, pictures, accelerator, settings)
    if checkpoint:
        with errors_in_one_sentence():
            load_checkpoint(accelerator, ema, checkpoint)

    progress = Progress(accelerator, step, settings)
    with errors_in_one_sentence((FloatingPointError,)), closing(progress.bar):
        train(step, loader, networks, optimizers, ema, held_back, progress, settings)
    progress.close()
    with errors_in_one_sentence():
        finish(accelerator, painter_of(ema), held_back, progress.curves, repository, settings)


if __name__ == "__main__":
    main()

"""Reads QR symbols with the readers that come as Python packages.

usage: readers.py zxing-cpp|opencv < paths

A line for each path of the input, in order: the text as hexadecimal UTF-8, `-` where no symbol was found, `!` and a
message where the reader failed.
"""

import sys

import cv2


def zxing_cpp():
    import zxingcpp

    def read(image):
        found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
        return found[0].text if found else ""

    return read


def opencv():
    detector = cv2.QRCodeDetector()
    return lambda image: detector.detectAndDecode(image)[0]


def outcome(read, path):
    image = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    try:
        text = read(image)
        return text.encode().hex() if text else "-"
    except Exception as error:  # Whatever a reader does is to be known.
        return "! " + " ".join(repr(error).split())


def main():
    read = {"zxing-cpp": zxing_cpp, "opencv": opencv}[sys.argv[1]]()
    for line in sys.stdin:
        print(outcome(read, line.rstrip("\n")))


main()
